use super::Diagnostic;
use serde::Serialize;

/// A piece of one line of a text; lines and columns count from 1, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column of its first character.
    pub column: usize,
    /// Its length in characters.
    pub length: usize,
}

/// A diagnostic whose place in the text was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// Where; none where the text has no such place.
    pub position: Option<Position>,
}
