use super::block::{Statement, Word};
use super::configuration::{Fate, Remark};
use super::words::{self, Block};
use crate::import::{Fault, Said, Spot};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The longest time that is read: a year, in seconds.
const LONGEST: f64 = 31_536_000.0;
/// The longest text of a remark about a block's inside, in bytes.
const BRIEF: usize = 60;
/// The longest words of the file in a remark, in characters.
const LONGEST_WORDS: usize = 120;
/// The largest port, weight and threshold.
pub const MOST: i64 = 65_535;

/// What is found while statements are read.
#[derive(Default)]
pub struct Reading {
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// What labs do not have, and what keepalived itself takes in another way.
    pub remarks: Vec<Remark>,
    /// Blocks that keepalived goes without: reasons why nothing is left.
    pub skipped: Vec<Fault>,
}

impl Reading {
    /// A statement that labs have nothing for, with all that is in its braces.
    pub fn lost(&mut self, statement: &Statement) {
        self.remark(statement.spot, whole(statement), Fate::Lost);
    }

    /// The same, where something else takes its place.
    pub fn replaced(&mut self, statement: &Statement, instead: impl Into<String>) {
        self.remark(statement.spot, statement.line(), Fate::Replaced(instead.into()));
    }

    /// Words that keepalived itself ignores, or takes as something else.
    pub fn taken(&mut self, spot: Spot, words: impl Into<String>, how: impl Into<String>) {
        self.remark(spot, words.into(), Fate::Taken(how.into()));
    }

    /// The same of a statement.
    pub fn taken_as(&mut self, statement: &Statement, how: impl Into<String>) {
        self.taken(statement.spot, statement.line(), how);
    }

    /// A block that keepalived goes without.
    pub fn skipped(&mut self, statement: &Statement, why: &str, help: &str) {
        self.skipped_for((statement, statement.spot), why, help);
    }

    /// The same, for one of its words.
    pub fn skipped_for(&mut self, (statement, word): (&Statement, Spot), why: &str, help: &str) {
        self.taken_as(statement, format!("keepalived goes without it: {why}"));
        let message = format!("keepalived goes without `{}`: {why}", brief(&statement.line()));
        self.skipped.push(Fault::wrong(word, message, help));
    }

    /// Words that keepalived ignores, and that something may lack in the end.
    pub fn unused(&mut self, spot: Spot, words: &str, how: &str) {
        self.taken(spot, words, how);
        let message = format!("`{}`: {how}", brief(words));
        self.skipped.push(Fault::wrong(spot, message, "correct it, or take it out"));
    }

    /// A statement in a block that has no use for it: mail and notification, words that labs have
    /// nothing for, and words that keepalived does not know either.
    pub fn other(&mut self, statement: &Statement, block: Block) {
        let word = statement.keyword();
        if words::is_aside(word) {
            return self.remark(statement.spot, word.to_owned(), Fate::Aside);
        }
        if block.knows(word) || word.is_empty() {
            return self.lost(statement);
        }
        if statement.block.is_some() && block != Block::Outermost {
            let message = format!(
                "keepalived does not know `{word}` here, and takes its `}}` for \
                                   the end of the block around it"
            );
            let help = "correct the word, or take the block out";
            return self.faults.push(Fault::wrong(statement.spot, message, help));
        }
        self.taken(
            statement.spot,
            whole(statement),
            "keepalived does not know it here, and goes on",
        );
    }

    /// Words that labs have nothing for; the same words in several lines are one remark.
    pub fn remark(&mut self, spot: Spot, words: String, fate: Fate) {
        let words = brief(&words);
        let same = |known: &&mut Remark| known.words == words && known.fate == fate;
        match self.remarks.iter_mut().find(same) {
            Some(known) => known.lines.push(spot.line),
            None => self.remarks.push(Remark { lines: vec![spot.line], words, fate }),
        }
    }

    /// Words behind those that keepalived looks at.
    pub fn rest(&mut self, words: &[Word]) {
        if let Some(first) = words.first() {
            let text: Vec<_> = words.iter().map(Word::text).collect();
            self.remark(first.said.spot, text.join(" "), Fate::Lost);
        }
    }

    /// The one word behind the keyword.
    pub fn argument<'s>(&mut self, statement: &'s Statement) -> Option<&'s Word> {
        let Some((first, rest)) = statement.arguments().split_first() else {
            let what = "has no value, and keepalived ends here";
            self.lacking(statement, what, "write the value behind the word");
            return None;
        };
        self.rest(rest);
        Some(first)
    }

    /// A fault of a statement as a whole.
    pub fn lacking(&mut self, statement: &Statement, what: &str, help: &str) {
        let message = format!("`{}` {what}", statement.line());
        self.faults.push(Fault::wrong(statement.spot, message, help));
    }

    /// The number behind the keyword; none where keepalived ignores it.
    pub fn number(
        &mut self,
        statement: &Statement,
        range: RangeInclusive<i64>,
    ) -> Option<Said<i64>> {
        let word = self.argument(statement)?;
        self.number_of(word, statement, range)
    }

    /// A number of a statement. As in keepalived, letters behind the digits do not count.
    pub fn number_of(
        &mut self,
        word: &Word,
        statement: &Statement,
        range: RangeInclusive<i64>,
    ) -> Option<Said<i64>> {
        let (spot, text) = (word.said.spot, word.text().trim_start());
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let end = end + (text.len() - digits.len());
        let value = text[..end].parse().ok().filter(|value| range.contains(value));
        let (first, last) = (range.start(), range.end());
        match value {
            Some(value) if end < text.len() => {
                self.taken_as(statement, format!("keepalived reads {value}"));
                Some(Said { value, spot })
            }
            Some(value) => Some(Said { value, spot }),
            None => {
                let how = format!("keepalived ignores it: it takes {first} to {last}");
                self.taken_as(statement, how);
                None
            }
        }
    }

    /// The time behind the keyword, in seconds with or without a fraction.
    pub fn seconds(&mut self, statement: &Statement) -> Option<Duration> {
        let word = self.argument(statement)?;
        let plain = word.text().chars().all(|c| c.is_ascii_digit() || c == '.');
        let number = word.text().parse::<f64>().ok().filter(|_| plain);
        let time = number.filter(|seconds| *seconds <= LONGEST).map(Duration::from_secs_f64);
        if time.is_none() {
            self.taken_as(statement, "keepalived ignores it: it takes seconds, as in 3 or 0.5");
        }
        time
    }

    /// The same of a time that is not 0.
    pub fn positive_seconds(&mut self, statement: &Statement) -> Option<Duration> {
        let time = self.seconds(statement)?;
        if time.is_zero() {
            self.taken_as(statement, "keepalived ignores it: it takes no time of 0");
        }
        Some(time).filter(|time| !time.is_zero())
    }

    /// Whether a switch is on: the word alone, or `true`, `on`, `yes`.
    pub fn switch(&mut self, statement: &Statement) -> bool {
        match statement.arguments().first().map(Word::text) {
            None | Some("true" | "on" | "yes") => true,
            Some("false" | "off" | "no") => false,
            Some(_) => {
                self.taken_as(statement, "keepalived ignores it: it takes true or false");
                false
            }
        }
    }

    /// An address.
    pub fn address(&mut self, word: &Word) -> Option<Said<IpAddr>> {
        let spot = word.said.spot;
        match word.text().parse() {
            Ok(value) => Some(Said { value, spot }),
            Err(_) => {
                let how =
                    "keepalived goes without it: it is no address, and names are not looked up";
                self.taken(spot, word.text(), how);
                None
            }
        }
    }

    /// What was kept, or nothing and a remark on what keepalived ignores.
    pub fn kept<T>(&mut self, statement: &Statement, value: Result<T, Fault>) -> Option<T> {
        let why = |fault: Fault| format!("keepalived ignores it: {}", fault.message);
        value.map_err(|fault| self.taken_as(statement, why(fault))).ok()
    }
}

/// A statement with what is in its braces, if that is not long.
fn whole(statement: &Statement) -> String {
    let inside: Vec<_> = statement.body().iter().map(Statement::line).collect();
    let inside = inside.join("; ");
    let shown = !inside.is_empty() && inside.len() <= BRIEF;
    if shown { format!("{} {{ {inside} }}", statement.line()) } else { statement.line() }
}

/// Words of a file as a comment can have them.
pub fn brief(words: &str) -> String {
    let plain: String = words.chars().filter(|c| !is_hidden(*c)).collect();
    match plain.char_indices().nth(LONGEST_WORDS) {
        Some((end, _)) => format!("{}…", &plain[..end]),
        None => plain,
    }
}

/// Whether a character would not be seen, or would end a line of YAML.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}')
}

/// A text whose escapes are read, as in scripts and regular expressions.
pub fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let octal: String = rest.clone().take(3).take_while(|c| ('0'..='7').contains(c)).collect();
        match u32::from_str_radix(&octal, 8).ok().filter(|_| octal.len() == 3) {
            Some(code) => {
                plain.extend(char::from_u32(code));
                rest.nth(2);
            }
            None => plain.extend(rest.next()),
        }
    }
    plain
}
