use super::piece::pieces;
use crate::import::Spot;
use crate::lab::Source;

/// The files of a configuration, what they include among them. Their lines are counted through, in
/// the order of reading: a `Spot` means a line of one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    source: Source,
    /// The number of its first line.
    first: usize,
    lines: usize,
}

/// Words of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words<'f> {
    /// The file.
    pub source: &'f Source,
    /// The line, counted from 1.
    pub line: usize,
    /// The first character, counted from 1.
    pub column: usize,
    /// The length in characters.
    pub length: usize,
}

impl Files {
    /// Adds a file, and tells the number of its first line.
    pub fn add(&mut self, source: Source) -> usize {
        let first = self.parts.last().map_or(0, |part| part.first + part.lines);
        // A file without lines has a place too.
        let lines = source.text.lines().count().max(1);
        self.parts.push(Part { source, first, lines });
        first
    }

    /// The file of a line, and the line's number in it, counted from 1.
    pub fn line(&self, line: usize) -> Option<(&Source, usize)> {
        let after = self.parts.partition_point(|part| part.first <= line);
        let part = self.parts.get(after.checked_sub(1)?)?;
        Some((&part.source, line - part.first + 1))
    }

    /// The word that a spot means.
    pub fn words(&self, spot: Spot) -> Option<Words<'_>> {
        let (source, line) = self.line(spot.line)?;
        let pieces = pieces(source.text.lines().nth(line - 1)?);
        let piece = pieces.get(spot.word)?;
        Some(Words { source, line, column: piece.column + 1, length: piece.length })
    }

    /// The files.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.parts.iter().map(|part| &part.source)
    }

    /// The names of the files.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.source.name.as_str())
    }

    /// Whether there is one file only.
    pub fn is_single(&self) -> bool {
        self.parts.len() < 2
    }
}
