//! The commands of a text with commands of ipvsadm(8): lines of a saved table, or a shell script as
//! far as its meaning is sure without running it.

mod lexer;
mod statement;
#[cfg(test)]
mod tests;

pub use statement::read;

use super::fault::Spot;

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
