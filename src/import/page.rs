use super::Spot;
use crate::text::moves_cursor;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::time::Duration;

/// A part of a line of a topology file, and the word of another tool's file that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// What is written.
    pub text: String,
    /// Where it comes from; none of what is guessed.
    pub spot: Option<Spot>,
}

impl Span {
    /// What no word of the other file says.
    pub fn guessed(text: impl Into<String>) -> Self {
        Self { text: text.into(), spot: None }
    }

    /// What a word of the other file says.
    pub fn said(text: impl Into<String>, spot: Spot) -> Self {
        Self { text: text.into(), spot: Some(spot) }
    }
}

/// The lines of a topology file that is made of another tool's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    lines: Vec<Vec<Span>>,
}

impl Page {
    /// Adds lines that no word of the other file says.
    pub fn guess(&mut self, text: &str) {
        self.lines.extend(text.lines().map(|line| vec![Span::guessed(line)]));
    }

    /// Adds a line that is indented so far.
    pub fn line(&mut self, indent: usize, spans: Vec<Span>) {
        let mut line = vec![Span::guessed(" ".repeat(indent))];
        line.extend(spans);
        self.lines.push(line);
    }

    /// The text.
    pub fn text(&self) -> String {
        let line = |line: &Vec<Span>| {
            let words: String = line.iter().map(|span| span.text.as_str()).collect();
            words + "\n"
        };
        self.lines.iter().map(line).collect()
    }

    /// The word of the other file that a place of the text comes from; line and column count from
    /// 1. Where the span itself comes from none, it is the line's first word that does.
    pub fn origin(&self, line: usize, column: usize) -> Option<Spot> {
        let spans = self.lines.get(line.checked_sub(1)?)?;
        let mut end = 1;
        let here = spans.iter().find(|span| {
            end += span.text.chars().count();
            column < end
        });
        let first = spans.iter().find_map(|span| span.spot);
        here.and_then(|span| span.spot).or(first)
    }
}

/// Spans with commas between them.
pub fn listed(words: Vec<Span>) -> Vec<Span> {
    let mut spans = Vec::new();
    for word in words {
        if !spans.is_empty() {
            spans.push(Span::guessed(", "));
        }
        spans.push(word);
    }
    spans
}

/// A text as YAML has it: in quotes, unless it is a plain word.
pub fn scalar(text: &str) -> String {
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let special = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_word = begins && is_plain && !special.contains(&text.to_ascii_lowercase().as_str());
    if is_word { text.to_owned() } else { quoted(text) }
}

/// A text in quotes.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if moves_cursor(c) || c == '\u{feff}' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// An address: one of IPv6 in quotes, since YAML reads colons at its ends as its own.
pub fn address(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("'{address}'"),
    }
}

/// A time in whole seconds.
pub fn seconds(time: Duration) -> String {
    format!("{}s", time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_the_text_comes_from_the_word_that_said_it() {
        let spot = |line, word| Spot { line, word };
        let mut page = Page::default();
        page.guess("name: lab\n");
        let words = vec![Span::said("weight: 3", spot(4, 2)), Span::said("port: 8", spot(4, 1))];
        let mut spans = vec![Span::said("rs1", spot(4, 0)), Span::guessed(": { ")];
        spans.extend(listed(words));
        page.line(2, spans);
        assert_eq!(page.text(), "name: lab\n  rs1: { weight: 3, port: 8\n");
        assert_eq!(page.origin(1, 1), None);
        assert_eq!(page.origin(2, 3), Some(spot(4, 0)));
        assert_eq!(page.origin(2, 11), Some(spot(4, 2)));
        assert_eq!(page.origin(2, 25), Some(spot(4, 1)));
        assert_eq!(page.origin(2, 1), Some(spot(4, 0)), "the first word of the line");
        assert_eq!(page.origin(3, 1), None);
    }

    #[test]
    fn a_text_that_yaml_would_take_for_something_else_is_quoted() {
        assert_eq!(scalar("wlc"), "wlc");
        for text in ["*a", "&a", "no", "", "-x", "a b", "1", "a:"] {
            assert_eq!(scalar(text), format!("\"{text}\""));
        }
        assert_eq!(scalar("\"\n\\"), "\"\\\"\\u000a\\\\\"");
    }
}
