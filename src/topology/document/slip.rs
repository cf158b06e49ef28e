//! What people who write YAML by hand get wrong in a line, and how it is written.

use super::events::Problem;
use super::quotes;
use super::written_line::{content, indentation, line_above, line_of, mended};
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
    fn new(at: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
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
    /// An alias without a name.
    Alias,
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
        Kind::NoColon => mend(text, within).or_else(|| Some(no_colon(text, within))),
        Kind::SecondColon => second_colon(text, at),
        Kind::NoKey => behind_the_end(text, at).or_else(|| odd_indentation(text, at)),
        Kind::NoDash => Some(no_dash(text, at)),
        Kind::InBrackets => Some(in_brackets(text, within, at)),
        Kind::Letter => Some(letter(text, at)),
        Kind::Alias => Some(nameless(text, within)),
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
    if let Some((key, value)) = before.split_once(": ") {
        let whole = text[content.start + key.len() + 2..content.end].trim();
        let help = match value.trim_end().rsplit_once([' ', '\t']) {
            None => {
                format!("put a text into quotes, a mapping into braces: `{key}: {{ {whole} }}`")
            }
            Some((first, next)) if first.trim_end().ends_with([',', ';']) => {
                let rest = &text[at..content.end];
                format!("begin a new line for `{next}{rest}`, or put a text into quotes")
            }
            Some(_) => format!("put the text into quotes: `{key}: \"{whole}\"`"),
        };
        let message = format!("a second colon stands in the value `{}`", value.trim());
        return Some(Slip::new(at..at + 1, message, help));
    }
    let mut above = line_above(text, content.start)?;
    let mut found = mend(text, above.start);
    while let Some(earlier) = line_above(text, above.start).filter(|_| found.is_some()) {
        let Some(slip) = mend(text, earlier.start) else { break };
        (above, found) = (earlier, Some(slip));
    }
    found.or_else(|| too_deep(text, content, above))
}

/// A line that goes on with the value of the line above, as it is indented more.
fn too_deep(text: &str, content: Range<usize>, above: Range<usize>) -> Option<Slip> {
    let (own, wanted) = (indentation(text, content.start), indentation(text, above.start));
    let help = format!("indent it by {wanted} spaces, as the line above");
    let message = format!("this line is indented by {own} spaces, deeper than the line above");
    (own > wanted).then(|| Slip::new(content, message, help))
}

/// A text that goes on behind its closing quote or bracket.
fn behind_the_end(text: &str, at: usize) -> Option<Slip> {
    let begin = line_of(text, at).start;
    let closed = text[begin..at].trim_end().chars().next_back()?;
    let content = content(text, at);
    let rest = text.get(at..content.end).unwrap_or_default();
    let (what, help) = match closed {
        ']' | '}' if rest.starts_with([']', '}']) => {
            ("bracket", format!("leave `{rest}` out: it closes nothing"))
        }
        ']' | '}' if !rest.contains(": ") && !rest.ends_with(':') => {
            ("bracket", quoted(&text[content]))
        }
        '"' | '\'' => ("quote", format!("leave the quotes out, or write `{closed}` at the end")),
        ']' | '}' => ("bracket", "begin a new line for the next key".to_owned()),
        _ => return None,
    };
    let end = line_of(text, at).end;
    Some(Slip::new(at..end, format!("the line goes on behind the closing {what}"), help))
}

/// A value that begins with a bracket and goes on behind its end.
fn quoted(line: &str) -> String {
    match line.split_once(": ") {
        Some((key, value)) => format!("put a text into quotes: `{key}: \"{}\"`", value.trim()),
        None => "put a text into quotes".to_owned(),
    }
}

fn odd_indentation(text: &str, at: usize) -> Option<Slip> {
    let content = content(text, at);
    if mended(&text[content.clone()]).is_some() && !text[content.clone()].contains(": ") {
        return mend(text, at);
    }
    let own = indentation(text, content.start);
    let mut line = line_of(text, content.start);
    let mut nearest = None;
    while let Some(above) = line_above(text, line.start) {
        let one = indentation(text, above.start);
        if one == own {
            return None;
        }
        nearest.get_or_insert(one);
        line = above;
    }
    let message = format!("this line is indented by {own} spaces, as no line above it");
    let help =
        format!("indent it as what it belongs beside; the line above has {} spaces", nearest?);
    Some(Slip::new(content, message, help))
}

fn no_dash(text: &str, at: usize) -> Slip {
    let content = content(text, at);
    let line = &text[content.clone()];
    if let Some(rest) = line.strip_prefix('-').filter(|rest| !rest.starts_with([' ', '-'])) {
        let message = "no space stands behind the dash";
        return Slip::new(content, message, format!("write `- {rest}`"));
    }
    let help = format!("write `- {line}`, or indent it as what it belongs to");
    Slip::new(content, "this line is in a list, and has no dash", help)
}

fn in_brackets(text: &str, open: usize, at: usize) -> Slip {
    let (sign, closing) = if text[open..].starts_with('[') { ('[', ']') } else { ('{', '}') };
    if !quotes::is_closed(text, open) {
        let message = format!("the bracket `{sign}` that begins here is not closed");
        return Slip::new(open..open + 1, message, format!("write `{closing}` at the end of it"));
    }
    match text[at..].chars().next() {
        Some(found @ (']' | '}')) => Slip::new(
            at..at + 1,
            format!("`{found}` does not close `{sign}`"),
            format!("write `{closing}` in its place"),
        ),
        Some(':') => {
            let word = text[..at].trim_end();
            let begin = word.rfind(|c: char| c.is_whitespace() || ",[{".contains(c));
            let begin = begin.map_or(0, |before| before + 1);
            if text[..begin].trim_end().ends_with(':') {
                let end = text[at..].find([',', '}', ']', '\n']).map_or(text.len(), |end| at + end);
                let help =
                    format!("put a mapping into braces: `{{ {} }}`", text[begin..end].trim());
                return Slip::new(begin..word.len(), "a key stands in the place of a value", help);
            }
            let help = format!("write `, {}`", &text[begin..word.len()]);
            Slip::new(begin..word.len(), "a comma is missing before this", help)
        }
        found => {
            if let Some((word, bracket)) =
                last_word(&text[..at]).zip(found.filter(|c| "[{".contains(*c)))
            {
                let help = format!("write `{word}: {bracket}`");
                return Slip::new(at..at + 1, format!("no colon stands behind `{word}`"), help);
            }
            let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
            Slip::new(at..end, "a comma is missing before this", "write `, ` before it")
        }
    }
}

/// The word at the end of a text, if it can be a key.
fn last_word(text: &str) -> Option<&str> {
    let word = text.trim_end().rsplit([' ', ',', '\n', '{', '[']).next()?;
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    (!word.is_empty() && word.chars().all(is_key)).then_some(word)
}

/// An anchor or an alias without a name.
fn nameless(text: &str, at: usize) -> Slip {
    if text[at..].starts_with('&') {
        let value = text[at..line_of(text, at).end].trim_end();
        let bare = value.trim_start_matches(['&', ' ']);
        let help = format!("leave it out: `{bare}`; put a text that begins with it into quotes");
        return Slip::new(at..at + 1, "`&` begins an anchor here, which has a name", help);
    }
    Slip::new(
        at..at + 1,
        "`*` begins an alias here, which has a name",
        "write `-` for an item of a list; put a text that begins with `*` into quotes",
    )
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
