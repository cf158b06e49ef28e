use super::events::Problem;
use super::letters::{self, LookAlike};
use super::slip::{Slip, slip};
use crate::diag::{Diagnostic, Lines};
use crate::lab::Place;
use crate::topology::rule;
use std::ops::Range;

/// Why a text is no YAML: what most likely led the parser astray, else its own words.
pub fn unreadable(lines: &Lines<'_>, problem: &Problem) -> Diagnostic {
    let around = around(lines, problem);
    let known = tab(lines, problem).or_else(|| look_alike(lines, around));
    known.or_else(|| by_hand(lines, problem)).unwrap_or_else(|| {
        let fault = rule::SYNTAX.at(
            &Place::root(),
            format!("this is not YAML: {}", problem.message),
            "look at the quotes, brackets and indentation here and in the line above",
        );
        fault.shown_at(lines.position(problem.at..end_of_word(lines.text(), problem.at)))
    })
}

/// What is often written so by hand.
fn by_hand(lines: &Lines<'_>, problem: &Problem) -> Option<Diagnostic> {
    let Slip { at, message, help } = slip(lines.text(), problem)?;
    let fault = rule::SYNTAX.at(&Place::root(), format!("this is not YAML: {message}"), help);
    Some(fault.shown_at(lines.position(at)))
}

/// From the line above to the line where the parser gave up, or from the line where it began to
/// read what it could not end.
fn around(lines: &Lines<'_>, problem: &Problem) -> Range<usize> {
    let text = lines.text();
    let at = problem.at.min(text.len());
    let line = begin_of_line(text, at);
    let above = begin_of_line(text, text[..line].trim_end().len());
    let begin = above.min(problem.within.map_or(above, |within| begin_of_line(text, within)));
    begin..text[at..].find('\n').map_or(text.len(), |end| at + end)
}

fn begin_of_line(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// A tab that stands where only spaces may.
fn tab(lines: &Lines<'_>, problem: &Problem) -> Option<Diagnostic> {
    let text = lines.text();
    let at = problem.at.min(text.len());
    let line = begin_of_line(text, at);
    let indentation = line + leading(&text[line..], |c| c.is_whitespace() && c != '\n');
    let piece = if text[line..indentation].contains('\t') {
        line..indentation
    } else if text[at..].starts_with('\t') {
        at..at + leading(&text[at..], |c| c == '\t')
    } else {
        return None;
    };
    let fault = rule::TAB.at(
        &Place::root(),
        "a tab indents this line",
        "indent with spaces: YAML allows no tabs there (YAML 1.2.2, section 6.1)",
    );
    Some(fault.shown_at(lines.position(piece)))
}

/// How many bytes at the beginning are such letters.
fn leading(text: &str, is_one: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !is_one(letter)).unwrap_or(text.len())
}

/// The first look-alike that stands outside of quotes and comments.
fn look_alike(lines: &Lines<'_>, around: Range<usize>) -> Option<Diagnostic> {
    let text = &lines.text()[around.clone()];
    let mut begin = around.start;
    for line in text.split_inclusive('\n') {
        for piece in bare(line) {
            if let Some((at, found)) = misleading(line, piece) {
                let at = begin + at;
                let position = lines.position(at..at + found.letter.len_utf8());
                let fault = rule::LOOK_ALIKE.at(&Place::root(), found.message(), found.help());
                return Some(fault.shown_at(position));
            }
        }
        begin += line.len();
    }
    None
}

/// The first look-alike of a piece of a line that can be meant as a sign of YAML's, and its byte in
/// the line: of dashes one that begins the line.
fn misleading(line: &str, piece: Range<usize>) -> Option<(usize, LookAlike)> {
    let all = letters::look_alikes(&line[piece.clone()]);
    let mut all = all.map(|(at, found)| (piece.start + at, found));
    all.find(|(at, found)| match found.meant {
        Some('-') => line[..*at].trim().is_empty(),
        Some('.' | '/') => false,
        Some('\'') => !line[..*at].ends_with(char::is_alphanumeric),
        Some(_) | None => true,
    })
}

/// The pieces of a line that stand outside of quotes and comments.
fn bare(line: &str) -> Vec<Range<usize>> {
    let (mut pieces, mut begin, mut quote, mut before) = (Vec::new(), 0, None, ' ');
    for (at, letter) in line.char_indices() {
        match quote {
            Some(open) if letter == open => {
                quote = None;
                begin = at;
            }
            Some(_) => {}
            None if letter == '#' && before.is_whitespace() => {
                pieces.push(begin..at);
                return pieces;
            }
            None if matches!(letter, '"' | '\'') && !before.is_alphanumeric() => {
                pieces.push(begin..at);
                quote = Some(letter);
            }
            None => {}
        }
        before = letter;
    }
    if quote.is_none() {
        pieces.push(begin..line.len());
    }
    pieces
}

/// The end of the word that begins at a byte; of what is no word its first letter.
fn end_of_word(text: &str, at: usize) -> usize {
    let Some(rest) = text.get(at..) else { return at };
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let word = leading(rest, |c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    at + word.max(first)
}
