//! What people who write YAML by hand get wrong in a line, and how it is written.

use super::events::Problem;
use super::written_line::{content, in_quotes, is_key, line_above, line_of, mended};
use super::{brackets, indented, quotes};
use std::ops::Range;

/// A slip, the bytes where it begins, and what to write.
#[derive(Debug, PartialEq, Eq)]
pub struct Slip {
    /// The bytes.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub help: String,
}

impl Slip {
    /// A slip that is told so.
    pub fn new(at: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: help.into() }
    }
}

/// At what the parser gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The text ended inside of quotes.
    EndInQuotes,
    /// What was to be a key had no colon.
    NoColon,
    /// A colon where no value may begin.
    SecondColon,
    /// No key in a mapping without brackets.
    NoKey,
    /// No dash in a list without brackets.
    NoDash,
    /// Neither a comma nor the closing bracket.
    InBrackets,
    /// A letter that begins nothing.
    Letter,
    /// An alias or an anchor without a name.
    Alias,
    /// A dash in the line of a key.
    Dash,
    /// The sign of a text of several lines, with more behind it.
    Header,
    Other,
}

impl Kind {
    /// By libyaml's words: it tells no more.
    fn of(problem: &Problem) -> Self {
        match problem.message.as_str() {
            "found unexpected end of stream" => Self::EndInQuotes,
            "could not find expected ':'" => Self::NoColon,
            "mapping values are not allowed in this context" => Self::SecondColon,
            "did not find expected key" => Self::NoKey,
            "did not find expected '-' indicator" => Self::NoDash,
            "did not find expected ',' or ']'" | "did not find expected ',' or '}'" => {
                Self::InBrackets
            }
            "found character that cannot start any token" => Self::Letter,
            "did not find expected alphabetic or numeric character" => Self::Alias,
            "block sequence entries are not allowed in this context" => Self::Dash,
            "did not find expected comment or line break" => Self::Header,
            _ => Self::Other,
        }
    }
}

/// The slip that most likely led the parser astray, if it is a known one.
pub fn slip(text: &str, problem: &Problem) -> Option<Slip> {
    let at = problem.at.min(text.len());
    let within = problem.within.map_or(at, |within| within.min(text.len()));
    if let Some(open) = quotes::open_before(text, at) {
        return Some(open_quote(text, open));
    }
    match Kind::of(problem) {
        Kind::EndInQuotes => Some(open_quote(text, within)),
        Kind::NoColon => indented::uneven_item(text, within)
            .or_else(|| mend(text, within))
            .or_else(|| Some(no_colon(text, within))),
        Kind::SecondColon => second_colon(text, at),
        Kind::NoKey => brackets::behind_the_end(text, at).or_else(|| indented::odd(text, at)),
        Kind::NoDash => Some(indented::no_dash(text, at)),
        Kind::InBrackets => Some(brackets::inside(text, within, at)),
        Kind::Letter => Some(letter(text, at)),
        Kind::Alias => Some(reference(text, within)),
        Kind::Dash => dash(text, at),
        Kind::Header => Some(header(text, within)),
        Kind::Other => None,
    }
}

fn open_quote(text: &str, at: usize) -> Slip {
    let quote = if text[at..].starts_with('\'') { '\'' } else { '"' };
    let help = format!("write `{quote}` at the end of the text, or no quote at its beginning");
    Slip::new(at..at + 1, "the quote that begins here is not closed in its line", help)
}

/// The line at a byte, if it is a mistaken `key: value`.
fn mend(text: &str, at: usize) -> Option<Slip> {
    let content = content(text, at);
    let (message, help) = mended(&text[content.clone()])?;
    Some(Slip::new(content, message, help))
}

fn no_colon(text: &str, at: usize) -> Slip {
    let message = "no colon with a space behind it stands in this line";
    Slip::new(content(text, at), message, "write `key: value`")
}

fn second_colon(text: &str, at: usize) -> Option<Slip> {
    let content = content(text, at);
    let before = &text[content.start..at.max(content.start)];
    let Some((key, value)) = before.split_once(": ") else { return below_a_value(text, at) };
    let whole = &text[content.start + key.len() + 2..content.end];
    let message = format!("a second colon stands in the value `{}`", value.trim());
    Some(Slip::new(at..at + 1, message, without_second_colon(key, value, whole)))
}

/// How a line is written that has a second colon behind a part of its value.
fn without_second_colon(key: &str, value: &str, whole: &str) -> String {
    if let Some((first, next)) = value.rsplit_once([',', ';'])
        && is_key(next.trim())
        && !first.trim().contains(' ')
    {
        return format!("begin a new line for `{}`", whole[first.len() + 1..].trim());
    }
    let whole = whole.trim();
    let quoted = in_quotes(whole);
    let second = whole.split_once(": ").map_or("", |(_, second)| second.trim());
    if is_key(value.trim()) && (!second.contains(' ') || second.starts_with(['[', '{'])) {
        return format!(
            "put a text into quotes, `{key}: {quoted}`, a mapping into braces, `{key}: {{ {whole} }}`"
        );
    }
    format!("put the text into quotes: `{key}: {quoted}`")
}

/// What made a line with its key go on with the value above.
fn below_a_value(text: &str, at: usize) -> Option<Slip> {
    let content = content(text, at);
    let mut above = line_above(text, content.start)?;
    let mut found = mend(text, above.start);
    while let Some(earlier) = line_above(text, above.start).filter(|_| found.is_some()) {
        let Some(slip) = mend(text, earlier.start) else { break };
        (above, found) = (earlier, Some(slip));
    }
    found.or_else(|| indented::too_deep(text, content.start, &above))
}

/// What was to be a text, and begins as an alias or an anchor does.
fn reference(text: &str, at: usize) -> Slip {
    let (sign, what) = if text[at..].starts_with('&') { ('&', "anchor") } else { ('*', "alias") };
    let quotes = format!("put a text that begins with `{sign}` into quotes");
    let is_item = text[line_of(text, at).start..at].trim().is_empty();
    let help = if is_item { format!("write `-` for an item of a list; {quotes}") } else { quotes };
    Slip::new(at..at + 1, format!("`{sign}` begins an {what} here, which has a name"), help)
}

/// An item of a list in the line of its key.
fn dash(text: &str, at: usize) -> Option<Slip> {
    let content = content(text, at);
    let (key, value) = text[content.clone()].split_once(": ")?;
    let item = value.trim_start().strip_prefix('-')?.trim_start();
    let text = in_quotes(value.trim());
    let help = if item.contains(' ') {
        format!("put the text into quotes: `{key}: {text}`")
    } else {
        format!(
            "write `{key}: {item}`; a list is written `{key}: [{item}]`, a text `{key}: {text}`"
        )
    };
    Some(Slip::new(at..content.end, "no item of a list begins in the line of its key", help))
}

fn letter(text: &str, at: usize) -> Slip {
    let found = text[at..].chars().next().unwrap_or(' ');
    let word = text[at..].split([' ', ',', '\n', '\r', ']', '}']).next().unwrap_or_default();
    let message = format!("`{found}` cannot begin a text without quotes");
    Slip::new(at..at + found.len_utf8(), message, format!("put it into quotes: `\"{word}\"`"))
}

fn header(text: &str, at: usize) -> Slip {
    let value = text[at..line_of(text, at).end].trim_end();
    let sign = if value.starts_with('|') { '|' } else { '>' };
    let message = format!("`{sign}` begins a text of several lines");
    Slip::new(at..at + 1, message, format!("put the value into quotes, as in `\"{value}\"`"))
}
