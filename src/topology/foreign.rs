//! Letters of another tool's file that are not what they look like to that tool.

use super::document::{LookAlike, homoglyph, is_mixed, look_alike, named};
use super::rule::{self, Rule};
use crate::diag::{Diagnostic, Lines, Position};
use crate::import::{Bare, Format, Meaning, looks_like};
use crate::lab::Place;

/// The most lines that a message names besides its own.
const NAMED: usize = 4;

/// What is wrong with the letters of a text: each kind of letter once, at its first place. `bare`
/// cuts a line into the words that count.
pub fn strange(text: &str, bare: impl Fn(&str) -> Vec<Bare>) -> Vec<Diagnostic> {
    let mut found: Vec<Found> = Vec::new();
    let mut begin = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        // Most files have ASCII alone.
        if !line.is_ascii() || line.contains('\0') {
            for word in bare(line.trim_end_matches(['\n', '\r'])) {
                for (at, strange) in in_word(&line[word.bytes.clone()], word.kind) {
                    add(strange, begin + word.bytes.start + at, number, &mut found);
                }
            }
        }
        begin += line.len();
    }
    let lines = Lines::of(text);
    found.into_iter().map(|found| found.told(&lines)).collect()
}

/// That a text is none of the wanted format, if it looks like one of another; a fault of `rule`.
pub fn other_format(text: &str, wanted: Format, rule: Rule) -> Option<Diagnostic> {
    let (found, line) = looks_like(text).filter(|(found, _)| *found != wanted)?;
    let message = format!("this is not {}: it looks like {}", wanted.words(), found.words());
    let help = found.use_of_it().map_or_else(|| format!("name {}", wanted.words()), str::to_owned);
    let fault = rule.at(&Place::root(), message, help);
    // Lines of a binary file are not for terminals.
    let shown = text.lines().nth(line).filter(|_| found != Format::Binary);
    let length = shown.map(|shown| shown.trim_end().chars().count().max(1));
    Some(fault.shown_at(length.map(|length| Position { line: line + 1, column: 1, length })))
}

/// A letter that is not what it looks like.
#[derive(Clone, Copy)]
enum Strange {
    /// A NUL, or what ends a line for some programs and not for others.
    End(char),
    Like(LookAlike),
}

/// A kind of letter, and where it stands.
struct Found {
    first: Strange,
    at: usize,
    /// The lines, each once.
    lines: Vec<usize>,
}

fn in_word(word: &str, kind: Meaning) -> Vec<(usize, Strange)> {
    let is_mixed = is_mixed(word);
    let strange = |letter: char| match kind {
        _ if matches!(letter, '\0' | '\u{85}' | '\u{2028}' | '\u{2029}') => {
            Some(Strange::End(letter))
        }
        Meaning::Fixed => {
            let other = || homoglyph(letter).filter(|_| is_mixed);
            look_alike(letter).or_else(other).map(Strange::Like)
        }
        Meaning::Free => look_alike(letter).filter(|like| parts(*like)).map(Strange::Like),
    };
    word.char_indices().filter_map(|(at, letter)| Some((at, strange(letter)?))).collect()
}

/// Whether it passes for what parts words.
fn parts(like: LookAlike) -> bool {
    matches!(like.meant, Some(' ' | '{' | '}'))
}

fn add(strange: Strange, at: usize, line: usize, found: &mut Vec<Found>) {
    let name = |strange: Strange| match strange {
        Strange::End(_) => None,
        Strange::Like(like) => Some(like.name),
    };
    match found.iter_mut().find(|known| name(known.first) == name(strange)) {
        Some(known) if known.lines.last() == Some(&line) => {}
        Some(known) => known.lines.push(line),
        None => found.push(Found { first: strange, at, lines: vec![line] }),
    }
}

impl Found {
    fn told(self, lines: &Lines<'_>) -> Diagnostic {
        let others = others(&self.lines[1..]);
        let (fault, length) = match self.first {
            Strange::End(letter) => {
                let message = format!("{} is in the file{others}", named(letter));
                let help = match letter {
                    '\0' => "delete it: what stands behind it in its line is not read",
                    _ => "end the line there, or delete it: it is part of the word",
                };
                (rule::CHARACTER.at(&Place::root(), message, help), letter.len_utf8())
            }
            Strange::Like(like) => {
                let message = like.message() + &others;
                (rule::LOOK_ALIKE.at(&Place::root(), message, like.help()), like.letter.len_utf8())
            }
        };
        fault.shown_at(lines.position(self.at..self.at + length))
    }
}

/// As in "; lines 3, 7 and 4 more have such letters too".
fn others(lines: &[usize]) -> String {
    let named: Vec<_> = lines.iter().take(NAMED).map(usize::to_string).collect();
    let more = match lines.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match lines.len() {
        0 => String::new(),
        1 => format!("; line {} has such letters too", named[0]),
        _ => format!("; lines {}{more} have such letters too", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole lines, those that begin with `name` as text.
    fn whole(line: &str) -> Vec<Bare> {
        let kind = if line.starts_with("name") { Meaning::Free } else { Meaning::Fixed };
        vec![Bare { bytes: 0..line.len(), kind }]
    }

    fn told(text: &str) -> Vec<(usize, usize, String)> {
        let found = strange(text, whole).into_iter();
        let place = |found: &Diagnostic| found.position.map(|at| (at.line, at.column)).unwrap();
        found.map(|found| (place(&found).0, place(&found).1, found.message)).collect()
    }

    #[test]
    fn a_kind_of_letter_is_told_once_with_its_other_lines() {
        let text = "a 1\na\u{a0}1\nb\u{a0}\u{a0}2\nc\u{a0}3\nd\u{ff11}\n";
        let space = "a no-break space (U+00A0) is not a space; lines 3, 4 have such letters too";
        let digit = "`\u{ff11}`, a full-width letter (U+FF11), is not `1`";
        assert_eq!(told(text), [(2, 2, space.to_owned()), (5, 2, digit.to_owned())]);
        assert_eq!(
            others(&[1, 2, 3, 4, 5, 6]),
            "; lines 1, 2, 3, 4 and 2 more have such letters too"
        );
    }

    #[test]
    fn a_nul_is_told_and_other_control_characters_are_not() {
        let message = "a NUL character (U+0000) is in the file";
        assert_eq!(told("a\u{1b}[31m\nb\0c\n"), [(2, 2, message.to_owned())]);
        let message = "a line separator (U+2028) is in the file";
        assert_eq!(told("b\u{2028}c\n"), [(1, 2, message.to_owned())]);
    }

    #[test]
    fn a_letter_of_another_alphabet_counts_inside_a_word_of_ascii() {
        let message = "`\u{440}`, a Cyrillic letter (U+0440), is not `p`";
        assert_eq!(told("\u{440}riority\n"), [(1, 1, message.to_owned())]);
        assert_eq!(told("\u{41c}\u{43e}\u{441}\u{43a}\u{432}\u{430}\n"), []);
        assert_eq!(told("LVS_\u{41c}\u{43e}\u{441}\u{43a}\u{432}\u{430}\n"), []);
    }

    #[test]
    fn a_name_may_have_every_letter_that_parts_no_words() {
        assert_eq!(told("name\u{2014}a\u{ff11}\u{201c}\n"), []);
        assert_eq!(told("name\u{ff5b}\n").len(), 1);
        assert_eq!(told("name\u{a0}a\n").len(), 1);
    }
}
