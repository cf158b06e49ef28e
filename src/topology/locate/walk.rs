use crate::lab::{Part, Place, Segment};
use crate::topology::key::Key;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::cell::{Cell, RefCell};
use std::fmt;

/// What stands at the place.
#[derive(PartialEq, Eq)]
pub(super) enum Found {
    Empty,
    Text(String),
    Other,
}

impl Found {
    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Empty | Self::Other => None,
        }
    }
}

/// What stands at a place after `skip` others of the same path, and an error raised there: serde's
/// errors know their line and column.
pub(super) fn walk(text: &str, place: &Place, skip: usize) -> Option<(Found, serde_yaml::Error)> {
    let search = Search { part: place.part, skip: Cell::new(skip), found: RefCell::default() };
    let walk = Walk { search: &search, path: &place.path };
    let error = walk.deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
    Some((search.found.into_inner()?, error))
}

struct Search {
    part: Part,
    skip: Cell<usize>,
    found: RefCell<Option<Found>>,
}

/// Goes down the rest of a path.
#[derive(Clone, Copy)]
struct Walk<'s> {
    search: &'s Search,
    path: &'s [Segment],
}

impl<'s> Walk<'s> {
    /// Ends the search with an error if the path leads here.
    fn stop<E: Error>(self, found: Found) -> Result<(), E> {
        match self.path {
            [] if self.take(found) => Err(E::custom("found")),
            _ => Ok(()),
        }
    }

    /// Takes what was found, unless this occurrence is to be passed over.
    fn take(self, found: Found) -> bool {
        match self.search.skip.get().checked_sub(1) {
            Some(left) => {
                self.search.skip.set(left);
                false
            }
            None => {
                self.search.found.replace(Some(found));
                true
            }
        }
    }

    /// Whether a key is what is searched.
    fn is_key(self, key: &str) -> bool {
        let here = matches!(self.path, [Segment::Key(wanted)] if wanted == key);
        here && self.wants_key() && self.take(Found::Text(key.to_owned()))
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
        while let Some(key) = mapping.next_key_seed(Key(|key| self.is_key(key)))? {
            let below = key.and_then(|key| self.below(&Segment::Key(key)));
            match below.filter(|_| !self.wants_key()) {
                Some(walk) => mapping.next_value_seed(walk)?,
                None => drop(mapping.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}
