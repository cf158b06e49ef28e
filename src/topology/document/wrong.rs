//! What can be wrong with a text that is YAML all the same.

use super::letters;
use crate::diag::{Diagnostic, Position};
use crate::lab::Place;
use crate::topology::rule;

/// How many lists and mappings may be inside each other.
pub const DEEPEST: usize = 64;
/// How many values the aliases of a file may repeat altogether.
pub const MOST_REPEATED: usize = 100_000;
/// The most digits of a number that are shown.
const MOST_DIGITS: usize = 24;

/// A tag that is none of YAML's own.
pub fn tag(at: &Place) -> Diagnostic {
    rule::SYNTAX.at(
        at,
        "tags such as `!name` have no meaning in a topology",
        "leave the tag out, or put the text into quotes",
    )
}

/// An anchor with nothing behind it.
pub fn empty_anchor(at: &Place, name: &str) -> Diagnostic {
    rule::SYNTAX.at(
        at,
        format!("`&{name}` marks a value to be repeated, and none stands behind it"),
        format!("write `{name}`, or `\"&{name}\"` if a text is meant"),
    )
}

/// A key that is no text.
pub fn key(at: &Place) -> Diagnostic {
    rule::SYNTAX.at(
        at,
        "a list or a mapping cannot be a key",
        "look for doubled brackets: templates such as `{{ name }}` must be filled in first",
    )
}

/// A whole number that has no room in 64 bits.
pub fn too_large(at: &Place, text: &str) -> Diagnostic {
    let digits: String = text.chars().take(MOST_DIGITS).collect();
    let end = if digits.len() < text.len() { "…" } else { "" };
    rule::OUT_OF_RANGE.at(
        at,
        format!("the number `{digits}{end}` is too large"),
        "whole numbers have at most 64 bits; put it into quotes if it is a text",
    )
}

/// A character that a terminal would obey.
pub fn character(at: &Place, letter: char) -> Diagnostic {
    rule::CHARACTER.at(
        at,
        format!("{} is in this text", letters::named(letter)),
        "leave it out: it would move the cursor of everyone who reads the text",
    )
}

/// A merge key in the mapping at a place.
pub fn merge_key(mapping: &Place) -> Diagnostic {
    rule::MERGE_KEY.at(
        &mapping.key("<<").as_key(),
        "the merge key `<<` is not supported",
        "write the keys out, or repeat a whole value with an alias: YAML 1.2 has no merge keys",
    )
}

/// A key that was there already.
pub fn repeated_key(at: &Place, key: &str, first: Position) -> Diagnostic {
    let Position { line, column, .. } = first;
    rule::DUPLICATE_KEY.at(
        &at.as_key(),
        format!("the key `{key}` is given twice, first in line {line}, column {column}"),
        "keep one of the two: the later one would silently win",
    )
}

/// Too much inside each other.
pub fn too_deep() -> Diagnostic {
    rule::LIMIT.at(
        &Place::root(),
        format!("more than {DEEPEST} lists and mappings are inside each other from here on"),
        "look for brackets that are not closed: no lab is so deep",
    )
}

/// Too much repeated.
pub fn too_many() -> Diagnostic {
    rule::LIMIT.at(
        &Place::root(),
        format!("aliases repeat more than {MOST_REPEATED} values up to here"),
        "write out what is meant, or use `replicas` for equal nodes",
    )
}
