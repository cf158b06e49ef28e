use super::token;
use crate::diag::{Diagnostic, Located, Position};
use crate::lab::{Part, Place, Segment};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::{Cell, RefCell};
use std::fmt;

/// The line and column of a place. In a text that is no YAML every place is where the parser gave
/// up. Of a key that is given twice, the last one counts.
///
/// The text is parsed anew for each question, so this is for diagnostics that are to be shown.
pub fn locate(text: &str, place: &Place) -> Option<Position> {
    let found = occurrences(text, place).last();
    found.or_else(|| occurrences(text, &place.as_key()).last())
}

/// Each place of that path: more than one where a key is repeated.
fn occurrences(text: &str, place: &Place) -> impl Iterator<Item = Position> {
    let mut previous = None;
    (0..).map_while(move |skip| {
        let found = occurrence(text, place, skip).filter(|found| previous != Some(*found));
        previous = found;
        found
    })
}

/// The place after `skip` others of the same path: serde's errors know their line and column, so
/// that an error raised at the place tells it.
fn occurrence(text: &str, place: &Place, skip: usize) -> Option<Position> {
    let search = Search { part: place.part, skip: Cell::new(skip), value: RefCell::default() };
    let walk = Walk { search: &search, path: &place.path };
    let error = walk.deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
    let (line, column) = error.location().map(|l| (l.line(), l.column()))?;
    let rest: String = text.lines().nth(line - 1)?.chars().skip(column - 1).collect();
    let length = match search.value.into_inner() {
        Some(Found::Empty) if !token::is_null(&rest) => return None,
        Some(Found::Text(value)) => token::length(&rest, Some(&value)),
        Some(Found::Empty | Found::Other) | None => token::length(&rest, None),
    };
    Some(Position { line, column, length })
}

/// What stands at the place.
enum Found {
    Empty,
    Text(String),
    Other,
}

struct Search {
    part: Part,
    skip: Cell<usize>,
    value: RefCell<Option<Found>>,
}

/// Goes down the rest of a path.
#[derive(Clone, Copy)]
struct Walk<'s> {
    search: &'s Search,
    path: &'s [Segment],
}

impl<'s> Walk<'s> {
    /// Ends the search here with an error, unless this occurrence is to be passed over.
    fn stop<E: Error>(self, found: Found) -> Result<(), E> {
        if !self.path.is_empty() {
            return Ok(());
        }
        if let Some(left) = self.search.skip.get().checked_sub(1) {
            self.search.skip.set(left);
            return Ok(());
        }
        self.search.value.replace(Some(found));
        Err(E::custom("found"))
    }

    /// The walk below a key or an index, if the path leads there.
    fn below(self, here: &Segment) -> Option<Self> {
        let (first, path) = self.path.split_first()?;
        (first == here).then_some(Self { path, ..self })
    }

    /// Whether the path ends with this walk's first segment, and its key is what is meant.
    fn wants_key(self) -> bool {
        self.path.len() == 1 && self.search.part == Part::Key
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, yaml: D) -> Result<(), D::Error> {
        yaml.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.stop(Found::Empty)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.stop(Found::Empty)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.stop(Found::Other)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.stop(Found::Other)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.stop(Found::Other)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.stop(Found::Other)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.stop(Found::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.stop(Found::Other)?;
        for index in 0.. {
            let more = match self.below(&Segment::Index(index)) {
                Some(walk) => list.next_element_seed(walk)?.is_some(),
                None => list.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<(), A::Error> {
        self.stop(Found::Other)?;
        while let Some(key) = mapping.next_key_seed(KeyOf(self))? {
            match self.below(&Segment::Key(key)) {
                Some(walk) if !self.wants_key() => mapping.next_value_seed(walk)?,
                _ => {
                    mapping.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Reads a key, and stops at it if it is what is searched.
struct KeyOf<'s>(Walk<'s>);

impl<'de> DeserializeSeed<'de> for KeyOf<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, yaml: D) -> Result<String, D::Error> {
        yaml.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyOf<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<String, E> {
        let below = self.0.below(&Segment::Key(key.to_owned()));
        if let Some(walk) = below.filter(|_| self.0.wants_key()) {
            walk.stop(Found::Text(key.to_owned()))?;
        }
        Ok(key.to_owned())
    }
}

/// Diagnostics with their lines and columns.
pub fn located(text: &str, diagnostics: Vec<Diagnostic>) -> Vec<Located> {
    let located = |diagnostic: Diagnostic| {
        let position = locate(text, &diagnostic.at);
        Located { diagnostic, position }
    };
    diagnostics.into_iter().map(located).collect()
}
