//! The commands of a text with commands of ipvsadm(8): lines of a saved table, or a shell script as
//! far as its meaning is sure without running it.

mod lexer;
mod program;
mod splitting;
mod statement;
#[cfg(test)]
mod tests;

pub use statement::read;

use super::{Bare, Meaning, fault::Spot};

/// A word of a command as ipvsadm gets it, and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: String,
    /// Where it is.
    pub spot: Spot,
}

/// What a text holds one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// The words of a command, without the program's name.
    Command(Vec<Word>),
    /// A comment.
    Comment,
    /// A command of another program: its name, and where it is.
    Other(Word),
    /// A command of ipvsadm that is about no service: what it sets, and where it is.
    Aside(Aside, Spot),
}

/// What ipvsadm sets besides the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// How long connections are remembered.
    Timeouts,
    /// The daemon that tells other directors of connections.
    SyncDaemon,
}

impl Aside {
    fn of(command: &str) -> Option<Self> {
        match command.split('=').next() {
            Some("--set") => Some(Self::Timeouts),
            Some("--start-daemon") => Some(Self::SyncDaemon),
            Some(_) | None => None,
        }
    }

    /// What becomes of it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Timeouts => {
                "the timeouts of `--set` are left out: a lab has them as `ipvs: { timeouts: { tcp: \
                 900s, tcp_fin: 120s, udp: 300s } }`"
            }
            Self::SyncDaemon => {
                "`--start-daemon` is left out: a lab has it as `connection_sync`, beside its virtual \
                 routers"
            }
        }
    }
}

/// Words with white space between them.
pub fn words(line: usize, text: &str) -> Vec<Word> {
    let word =
        |(word, text): (usize, &str)| Word { text: text.to_owned(), spot: Spot { line, word } };
    text.split_ascii_whitespace().enumerate().map(word).collect()
}

/// The last part of a program's path.
fn base(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// Whether a program is ipvsadm.
pub fn is_ipvsadm(program: &str) -> bool {
    base(program) == "ipvsadm"
}

/// The word by which a line changes the table, if it is a command that does.
pub fn changing(words: &[Word]) -> Option<&Word> {
    let long = ["--add-", "--edit-", "--delete-", "--clear", "--restore"];
    let is_name = |word: &Word| base(&word.text).starts_with("ipvsadm");
    let name = words.iter().position(is_name)?;
    if base(&words[name].text) == "ipvsadm-restore" {
        return Some(&words[name]);
    }
    let is_change = |word: &&Word| {
        let letter = word.text.strip_prefix('-').and_then(|rest| rest.chars().next());
        long.iter().any(|begin| word.text.starts_with(begin))
            || letter.is_some_and(|letter| "AEDCRaed".contains(letter))
    };
    words.get(name + 1).filter(is_change)
}

/// The words of a line that are ipvsadm's or a variable's, without comments.
pub fn bare(line: &str) -> Vec<Bare> {
    let words: Vec<_> = line.split_ascii_whitespace().collect();
    let is_table = words.first().is_some_and(|word| !word.starts_with(char::is_alphanumeric));
    let is_set = words.first().is_some_and(|word| word.contains('='));
    let names = words.iter().any(|word| word.split(|c: char| !c.is_ascii()).any(is_ipvsadm));
    if !is_table && !is_set && !names {
        return Vec::new();
    }
    let is_prompt = words.first() == Some(&"#") && names;
    let is_comment = |word: &&&str| word.starts_with('#') && !is_prompt;
    let kept = words.iter().take_while(|word| !is_comment(word));
    let bare = |word: &&str| {
        let begin = word.as_ptr() as usize - line.as_ptr() as usize;
        Bare { bytes: begin..begin + word.len(), kind: Meaning::Fixed }
    };
    kept.map(bare).collect()
}
