use super::Position;
use crate::text::{printable, width_of};

/// How many columns a tab is shown as.
const TAB: &str = "    ";

/// What stands for the left-out ends of a long line.
const CUT: &str = "…";

/// One line of a text as it is shown, with the piece that is meant.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The line: tabs are spaces, other control characters are shown as `�`.
    pub line: String,
    /// How many columns stand before the piece.
    pub before: usize,
    /// How many columns the piece takes, at least one.
    pub length: usize,
}

impl Excerpt {
    /// The line with the piece at a position; of a line longer than `width` columns the
    /// surroundings of the piece.
    pub fn of(line: &str, position: Position, width: Option<usize>) -> Self {
        // Each character takes a column, so what is further away than `width` is never shown.
        let room = width.map_or(usize::MAX, |width| width + 1);
        let start = position.column.saturating_sub(1);
        let mut letters = line.chars();
        let far = start.saturating_sub(room);
        let head: Vec<char> = letters.by_ref().skip(far).take(start - far).collect();
        let piece: Vec<char> = letters.by_ref().take(position.length.min(room)).collect();
        let rest = position.length.saturating_sub(room);
        let tail: Vec<char> = letters.skip(rest).take(room).collect();
        let parts = [shown(&head), shown(&piece), shown(&tail)];
        match width {
            Some(width) => fitted(parts, width),
            None => assembled(parts),
        }
    }
}

fn shown(letters: &[char]) -> Vec<char> {
    let mut shown = Vec::new();
    for letter in letters {
        match letter {
            '\t' => shown.extend(TAB.chars()),
            other => shown.push(printable(*other)),
        }
    }
    shown
}

fn columns(letters: &[char]) -> usize {
    letters.iter().copied().map(width_of).sum()
}

fn assembled([head, piece, tail]: [Vec<char>; 3]) -> Excerpt {
    let (before, length) = (columns(&head), columns(&piece).max(1));
    let line: String = head.into_iter().chain(piece).chain(tail).collect();
    Excerpt { line: line.trim_end().to_owned(), before, length }
}

/// Leaves out as much of both ends as does not fit, of the tail first.
fn fitted([mut head, mut piece, mut tail]: [Vec<char>; 3], width: usize) -> Excerpt {
    if columns(&head) + columns(&piece) + columns(&tail) <= width {
        return assembled([head, piece, tail]);
    }
    let width = width.saturating_sub(2 * CUT.chars().count()).max(1);
    shorten(&mut piece, width, End::Back);
    let left = width.saturating_sub(columns(&piece));
    // A few columns of the tail stay, so that one sees what comes after the piece.
    let ahead = columns(&tail).min(left / 4);
    let behind = columns(&head).min(left - ahead);
    shorten(&mut head, behind, End::Front);
    shorten(&mut tail, left - behind, End::Back);
    assembled([head, piece, tail])
}

enum End {
    Front,
    Back,
}

/// Leaves out letters at one end until the rest fits.
fn shorten(letters: &mut Vec<char>, width: usize, end: End) {
    if columns(letters) <= width {
        return;
    }
    let mut left = width;
    let mut fits = |letter: &&char| {
        let rest = left.checked_sub(width_of(**letter));
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    match end {
        End::Front => {
            let kept = letters.iter().rev().take_while(|l| fits(l)).count();
            letters.splice(..letters.len() - kept, CUT.chars());
        }
        End::Back => {
            let kept = letters.iter().take_while(|l| fits(l)).count();
            letters.splice(kept.., CUT.chars());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(line: &str, column: usize, length: usize, width: usize) -> Excerpt {
        Excerpt::of(line, Position { line: 1, column, length }, Some(width))
    }

    fn piece(excerpt: &Excerpt) -> String {
        excerpt.line.chars().skip(excerpt.before).take(excerpt.length).collect()
    }

    #[test]
    fn a_short_line_is_shown_whole() {
        let shown = excerpt("name: ../x", 7, 4, 60);
        assert_eq!(shown, Excerpt { line: "name: ../x".to_owned(), before: 6, length: 4 });
    }

    #[test]
    fn a_tab_is_shown_as_spaces() {
        let shown = excerpt("\tname: x", 8, 1, 60);
        assert_eq!(shown, Excerpt { line: "    name: x".to_owned(), before: 10, length: 1 });
    }

    #[test]
    fn no_control_character_gets_to_the_terminal() {
        assert_eq!(excerpt("a\u{1b}[31mb", 1, 1, 60).line, "a\u{fffd}[31mb");
    }

    #[test]
    fn of_a_long_line_the_piece_stays() {
        let line = format!("{}[target], {}", "x".repeat(80), "y".repeat(80));
        for width in [20, 40, 56] {
            let shown = excerpt(&line, 82, 6, width);
            assert_eq!(piece(&shown), "target");
            assert!(shown.line.chars().count() <= width, "{}", shown.line);
            assert!(shown.line.starts_with('…') && shown.line.ends_with('…'));
        }
    }

    #[test]
    fn a_piece_that_is_too_long_is_cut_at_its_end() {
        let shown = excerpt(&"z".repeat(100), 1, 100, 20);
        assert_eq!(shown.line, format!("{}…", "z".repeat(18)));
    }
}
