//! The text of a topology, read once: values, and the bytes where each stands.

mod brackets;
mod compose;
mod decode;
mod events;
mod indented;
mod letters;
mod node;
mod quotes;
mod scalar;
mod slip;
#[cfg(test)]
mod tests;
mod unreadable;
mod written_line;
mod wrong;

pub use decode::{LARGEST, decode, decode_foreign};
pub use letters::begins_with_dash;
pub(super) use letters::{LookAlike, homoglyph, is_mixed, look_alike, named};
pub use node::{Content, Mapping, Node, Scalar};
pub use written_line::{joined, mended};

use super::faults::Faults;
use super::rule::{self, Rule};
use super::table;
use crate::diag::{Diagnostic, Lines, Position};
use crate::lab::{Part, Place, Segment};
use std::ops::Range;

/// The rules about words that are not known, where each known one is of ASCII.
const OF_ASCII: &[Rule] = &[
    rule::UNKNOWN_KEY,
    rule::UNKNOWN_WORD,
    rule::UNKNOWN_SCHEDULER,
    rule::UNKNOWN_NETWORK,
    rule::UNKNOWN_NODE,
    rule::UNKNOWN_SERVICE,
];

/// A topology's text and what stands in it.
#[derive(Debug)]
pub struct Document<'t> {
    lines: Lines<'t>,
    root: Option<Node>,
}

impl<'t> Document<'t> {
    /// Reads a text for the places of what is in it.
    pub fn of(text: &'t str) -> Self {
        Self::read(text, &mut Faults::default())
    }

    /// Reads a text. If it is no document, a fault says why.
    pub(super) fn read(text: &'t str, faults: &mut Faults) -> Self {
        let lines = Lines::of(text);
        if let Some((at, letter)) = letters::first_forbidden(text) {
            faults.push(forbidden(letter).shown_at(lines.position(at..at + letter.len_utf8())));
            return Self { lines, root: None };
        }
        let root = compose::compose(&lines, faults).filter(|root| !root.is_null());
        if root.is_none() && faults.is_empty() {
            let fault = rule::EMPTY_FILE.at(
                &Place::root(),
                "the file is empty",
                "begin with `name:`, or let `lvs-lab init` write a first file",
            );
            faults.push(fault.shown_at(lines.position(text.len()..text.len())));
        }
        Self { lines, root }
    }

    /// The document's own value, if the text is one.
    pub(super) fn root(&self) -> Option<&Node> {
        self.root.as_ref()
    }

    /// The line and column of a place, or of what is nearest above it.
    pub fn position(&self, place: &Place) -> Option<Position> {
        if let Some((line, word)) = table::word_of_table(place) {
            let whole = Place { path: place.path[..1].to_vec(), ..Place::root() };
            let whole = self.span(&whole)?;
            let first = self.lines.position(whole.clone());
            let at = first.line + 1 + line;
            let is_literal = self.lines.text()[whole].starts_with('|');
            let word = is_literal.then(|| table::position(&self.lines, at, word)).flatten();
            return Some(word.unwrap_or(first));
        }
        Some(self.lines.position(self.span(place)?))
    }

    /// The bytes of a place, or of what is nearest above it.
    fn span(&self, place: &Place) -> Option<Range<usize>> {
        let mut node = self.root.as_ref()?;
        let mut span = node.span.clone();
        let mut key = span.clone();
        for (depth, segment) in place.path.iter().enumerate() {
            let is_last = depth + 1 == place.path.len();
            match (segment, &*node.content) {
                (Segment::Key(name), Content::Mapping(mapping)) => {
                    let Some((_, entry)) = mapping.entry(name) else { return Some(key) };
                    key = entry.key.clone();
                    node = &entry.value;
                    let is_key = is_last && place.part == Part::Key;
                    span = if is_key || node.span.is_empty() { &key } else { &node.span }.clone();
                }
                (Segment::Index(index), Content::List(items)) => {
                    let Some(item) = items.get(*index) else { return Some(key) };
                    node = item;
                    span = if node.span.is_empty() { span } else { node.span.clone() };
                    key = span.clone();
                }
                _ => return Some(key),
            }
        }
        Some(span)
    }

    /// Where a place stands among the others of the document: places in their order have these in
    /// order.
    pub(super) fn order(&self, at: &Place) -> Vec<usize> {
        let mut node = self.root.as_ref();
        let mut order = Vec::with_capacity(at.path.len());
        for segment in &at.path {
            let (index, child) = match (segment, node.map(|node| &*node.content)) {
                (Segment::Key(key), Some(Content::Mapping(mapping))) => {
                    let found = mapping.entry(key);
                    (found.map(|(index, _)| index), found.map(|(_, entry)| &entry.value))
                }
                (Segment::Index(index), Some(Content::List(items))) => {
                    (Some(*index), items.get(*index))
                }
                // A line of a text, or a word of it.
                (Segment::Index(index), _) => (Some(*index), None),
                (Segment::Key(_), _) => (None, None),
            };
            order.push(index.unwrap_or(usize::MAX));
            node = child;
        }
        order
    }

    /// The diagnostic about the letter that made the value of a fault another one than was meant. Of
    /// a word that a topology does not know, a letter of another alphabet may be that one.
    pub(super) fn look_alike(&self, fault: &Diagnostic) -> Option<Diagnostic> {
        let span = self.scalar_span(&fault.at)?;
        let word = self.lines.text().get(span.clone())?;
        let is_unknown = OF_ASCII.iter().any(|rule| rule.code == fault.code);
        let of_another_alphabet = || letters::first_homoglyph(word).filter(|_| is_unknown);
        let (offset, found) = letters::first_look_alike(word).or_else(of_another_alphabet)?;
        let begin = span.start + offset;
        let cause = rule::LOOK_ALIKE.at(&fault.at, found.message(), found.help());
        Some(cause.shown_at(self.lines.position(begin..begin + found.letter.len_utf8())))
    }

    /// The bytes of a key, or of a value without others inside it.
    fn scalar_span(&self, at: &Place) -> Option<Range<usize>> {
        let mut node = self.root.as_ref()?;
        let mut key = None;
        for segment in &at.path {
            (node, key) = match (segment, &*node.content) {
                (Segment::Key(name), Content::Mapping(mapping)) => {
                    let entry = mapping.entries.get(name)?;
                    (&entry.value, Some(&entry.key))
                }
                (Segment::Index(index), Content::List(items)) => (items.get(*index)?, None),
                _ => return None,
            };
        }
        match (at.part, key, &*node.content) {
            (Part::Key, Some(key), _) => Some(key.clone()),
            (_, _, Content::Scalar(_)) => Some(node.span.clone()),
            (_, _, Content::List(_) | Content::Mapping(_)) => None,
        }
    }
}

fn forbidden(letter: char) -> Diagnostic {
    let message = format!("{} is in the file", letters::named(letter));
    rule::CHARACTER.at(&Place::root(), message, letters::why_forbidden(letter))
}
