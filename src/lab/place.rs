use serde::{Deserialize, Serialize};
use std::fmt;

/// One step on the way from the root of a YAML document to a node of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Segment {
    /// The value under a mapping's key.
    Key(String),
    /// The item of a sequence, counted from 0.
    Index(usize),
}

/// Which half of a mapping entry is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// The key itself, as for an unknown key.
    Key,
    /// The value behind the key.
    #[default]
    Value,
}

/// Where in the topology file something was said: a path of keys and indices from the root.
///
/// It is turned into a line and a column only when somebody is to read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The way from the root; empty means the document itself.
    pub path: Vec<Segment>,
    /// Key or value of the last segment.
    pub part: Part,
}

impl Place {
    /// The document itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// The value under `key` in this mapping.
    pub fn key(&self, key: &str) -> Self {
        self.child(Segment::Key(key.to_owned()))
    }

    /// The item `index` (from 0) of this sequence.
    pub fn index(&self, index: usize) -> Self {
        self.child(Segment::Index(index))
    }

    /// The key of this entry instead of its value.
    pub fn as_key(&self) -> Self {
        Self { path: self.path.clone(), part: Part::Key }
    }

    fn child(&self, segment: Segment) -> Self {
        let mut path = self.path.clone();
        path.push(segment);
        Self { path, part: Part::Value }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, segment) in self.path.iter().enumerate() {
            match segment {
                Segment::Key(key) if depth == 0 => write!(f, "{key}")?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
