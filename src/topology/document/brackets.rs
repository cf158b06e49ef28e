//! Brackets in a text that is no YAML: too many, too few, or none where they are wanted.

use super::quotes;
use super::slip::Slip;
use super::written_line::{content, in_quotes, line_of};
use std::ops::Range;

/// What is missing where neither a comma nor the closing bracket stands.
pub fn inside(text: &str, open: usize, at: usize) -> Slip {
    let (sign, closing) = if text[open..].starts_with('[') { ('[', ']') } else { ('{', '}') };
    if !quotes::is_closed(text, open) {
        let message = format!("the bracket `{sign}` that begins here is not closed");
        return Slip::new(open..open + 1, message, format!("write `{closing}` at the end of it"));
    }
    let next = text[at..].chars().next();
    match next {
        Some(found @ (']' | '}')) => Slip::new(
            at..at + 1,
            format!("`{found}` does not close `{sign}`"),
            format!("write `{closing}` in its place"),
        ),
        Some(':') => before_colon(text, at),
        Some('{' | '[') if sign == '{' && is_key(text, &word_before(text, at)) => {
            let key = word_before(text, at);
            let word = &text[key.clone()];
            let help = format!("write `{word}: {}`", &text[at..at + 1]);
            Slip::new(key, format!("no colon stands behind `{word}`"), help)
        }
        _ => {
            let end = at + next.map_or(0, char::len_utf8);
            Slip::new(at..end, "a comma is missing before this", "write `, ` before it")
        }
    }
}

/// A colon behind a whole `key: value`, in brackets.
fn before_colon(text: &str, at: usize) -> Slip {
    let word = word_before(text, at);
    if !text[..word.start].trim_end().ends_with(':') {
        let help = format!("write `, {}`", &text[word.clone()]);
        return Slip::new(word, "a comma is missing before this", help);
    }
    let end = text[at..].find([',', ']', '}', '\n']).map_or(text.len(), |end| at + end);
    let value = text[word.start..end].trim_end();
    let help = format!("write `{{ {value} }}`, with braces around it; put a text into quotes");
    Slip::new(word, "a second colon follows this, in a value", help)
}

/// The bytes of the word that ends at a byte, or before it with only spaces between.
fn word_before(text: &str, at: usize) -> Range<usize> {
    let before = text[..at].trim_end();
    let parts = |c: char| c.is_whitespace() || ",[{".contains(c);
    let word = before.rsplit(parts).next().unwrap_or_default();
    before.len() - word.len()..before.len()
}

/// Whether a word stands in brackets where a key does.
fn is_key(text: &str, word: &Range<usize>) -> bool {
    !word.is_empty() && text[..word.start].trim_end().ends_with(['{', ','])
}

/// A line that goes on behind a closing quote or bracket.
pub fn behind_the_end(text: &str, at: usize) -> Option<Slip> {
    let line = line_of(text, at);
    let closed = text[line.start..at].trim_end().chars().next_back()?;
    match closed {
        '"' | '\'' => {
            let help = format!("leave the quotes out, or write `{closed}` at the end");
            Some(Slip::new(at..line.end, "the line goes on behind the closing quote", help))
        }
        ']' | '}' => Some(behind_bracket(text, at)),
        _ => None,
    }
}

fn behind_bracket(text: &str, at: usize) -> Slip {
    let line = line_of(text, at);
    let rest = &text[at..line.end];
    if let Some(extra) = rest.chars().next().filter(|first| matches!(first, ']' | '}')) {
        let message = format!("`{extra}` closes no bracket");
        return Slip::new(at..at + 1, message, "leave it out, or open a bracket before it");
    }
    let content = content(text, at);
    let help = match text[content.clone()].split_once(": ") {
        Some((key, value)) if value.starts_with(['[', '{']) && !rest.contains(": ") => {
            format!("put a text into quotes: `{key}: {}`", in_quotes(value))
        }
        _ => "begin a new line for the next key".to_owned(),
    };
    Slip::new(at..line.end, "the line goes on behind the closing bracket", help)
}
