use serde::Serialize;

/// A piece of one line of a text; lines and columns count from 1, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column of its first character.
    pub column: usize,
    /// Its length in characters.
    pub length: usize,
}
