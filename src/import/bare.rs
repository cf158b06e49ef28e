use std::ops::Range;

/// A word of a line outside of quotes and comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bare {
    /// Its bytes in the line.
    pub bytes: Range<usize>,
    /// What it may be.
    pub kind: Meaning,
}

/// What a word may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A word of the tool, a number or an address.
    Fixed,
    /// A name or a text: any letter that does not pass for a space or a brace belongs to it.
    Free,
}
