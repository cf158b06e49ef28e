use super::block::{Statement, Word};
use super::configuration::Remark;
use crate::import::{Fault, Said, Spot};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The longest time that is read: a year, in seconds.
const LONGEST: f64 = 31_536_000.0;
/// The longest text of a remark about a block's inside, in bytes.
const BRIEF: usize = 60;
/// The largest port, weight and threshold.
pub const MOST: i64 = 65_535;

/// What is found while statements are read.
#[derive(Default)]
pub struct Reading {
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// What labs do not have.
    pub remarks: Vec<Remark>,
}

impl Reading {
    /// A statement that labs have nothing for, with all that is in its braces.
    pub fn lost(&mut self, statement: &Statement) {
        let mut words = statement.line();
        let inside: Vec<_> = statement.body().iter().map(Statement::line).collect();
        let inside = inside.join("; ");
        if !inside.is_empty() && inside.len() <= BRIEF {
            words += &format!(" {{ {inside} }}");
        }
        self.remark(statement.spot, words, None);
    }

    /// The same, where something else takes its place.
    pub fn replaced(&mut self, statement: &Statement, instead: &'static str) {
        self.remark(statement.spot, statement.line(), Some(instead));
    }

    /// Words that labs have nothing for; the same words in several lines are one remark.
    pub fn remark(&mut self, spot: Spot, words: String, instead: Option<&'static str>) {
        let line = spot.line + 1;
        let words: String = words.chars().filter(|c| !c.is_control()).collect();
        let same = |known: &&mut Remark| known.words == words && known.instead == instead;
        match self.remarks.iter_mut().find(same) {
            Some(known) => known.lines.push(line),
            None => self.remarks.push(Remark { lines: vec![line], words, instead }),
        }
    }

    /// Words behind those that keepalived looks at.
    pub fn rest(&mut self, words: &[Word]) {
        if let Some(first) = words.first() {
            let text: Vec<_> = words.iter().map(Word::text).collect();
            self.remark(first.said.spot, text.join(" "), None);
        }
    }

    /// The one word behind the keyword.
    pub fn argument<'s>(&mut self, statement: &'s Statement) -> Option<&'s Word> {
        let Some((first, rest)) = statement.arguments().split_first() else {
            self.lacking(statement, "has no value", "write it behind the word");
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

    /// The number behind the keyword.
    pub fn number(
        &mut self,
        statement: &Statement,
        range: RangeInclusive<i64>,
    ) -> Option<Said<i64>> {
        let word = self.argument(statement)?;
        self.number_of(word, range)
    }

    /// A number.
    pub fn number_of(&mut self, word: &Word, range: RangeInclusive<i64>) -> Option<Said<i64>> {
        let spot = word.said.spot;
        match word.text().parse() {
            Ok(value) if range.contains(&value) => Some(Said { value, spot }),
            _ => {
                let message =
                    format!("`{}` is not a number that keepalived takes here", word.text());
                let help = format!("choose {} to {}", range.start(), range.end());
                self.faults.push(Fault::wrong(spot, message, help));
                None
            }
        }
    }

    /// The time behind the keyword, in seconds with or without a fraction.
    pub fn seconds(&mut self, statement: &Statement) -> Option<Duration> {
        let word = self.argument(statement)?;
        let plain = word.text().chars().all(|c| c.is_ascii_digit() || c == '.');
        let number = word.text().parse::<f64>().ok().filter(|_| plain);
        match number.filter(|seconds| *seconds <= LONGEST) {
            Some(seconds) => Some(Duration::from_secs_f64(seconds)),
            None => {
                let message = format!("`{}` is not a time in seconds", word.text());
                let help = "write digits, as in `3` or `0.5`";
                self.faults.push(Fault::wrong(word.said.spot, message, help));
                None
            }
        }
    }

    /// An address.
    pub fn address(&mut self, word: &Word) -> Option<Said<IpAddr>> {
        let spot = word.said.spot;
        match word.text().parse() {
            Ok(value) => Some(Said { value, spot }),
            Err(_) => {
                let message = format!("`{}` is not an address", word.text());
                let help = "write digits, as in `192.168.150.100`: names are not looked up";
                self.faults.push(Fault::wrong(spot, message, help));
                None
            }
        }
    }

    /// What was kept, or nothing and a fault.
    pub fn kept<T>(&mut self, value: Result<T, Fault>) -> Option<T> {
        value.map_err(|fault| self.faults.push(fault)).ok()
    }
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
