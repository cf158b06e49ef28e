use indexmap::IndexMap;
use serde_json::Value;
use std::ops::Range;
use std::sync::Arc;

/// A value of a document, and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// The bytes that stand for it: a scalar, what is in brackets, the first key of a mapping
    /// without brackets, the first dash of a list without brackets; empty where nothing stands.
    pub span: Range<usize>,
    /// What it is; an alias has the same as its anchor.
    pub content: Arc<Content>,
    /// How many values it is, with all inside it.
    pub size: usize,
    /// How many lists and mappings are inside each other.
    pub height: usize,
}

/// What a value is.
#[derive(Debug)]
pub enum Content {
    /// Nothing, a text, a number, or `true` or `false`.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A mapping.
    Mapping(Mapping),
}

/// A value without others inside it.
#[derive(Debug)]
pub struct Scalar {
    /// As it is written, without quotes and escapes.
    pub text: String,
    /// What it means.
    pub value: Value,
    /// Whether a tag says what it is.
    pub is_tagged: bool,
}

/// Keys and their values, in the order of the document.
#[derive(Debug, Default)]
pub struct Mapping {
    /// Of a key that is given twice the last value.
    pub entries: IndexMap<String, Entry>,
    /// Whether a key that is missing may be hidden in another one that was not read as meant.
    pub is_obscured: bool,
}

/// What stands under a key.
#[derive(Debug)]
pub struct Entry {
    /// The bytes of the key.
    pub key: Range<usize>,
    /// The byte at which the key was given first.
    pub first: usize,
    /// The value.
    pub value: Node,
}

impl Mapping {
    /// What stands under a key of the schema, which the document may join by hyphens, and its number
    /// among the entries.
    pub fn entry(&self, key: &str) -> Option<(usize, &Entry)> {
        let found = self.entries.get_full(key);
        let found = found.or_else(|| self.entries.get_full(key.replace('_', "-").as_str()));
        found.map(|(index, _, entry)| (index, entry))
    }
}

impl Node {
    /// A value without others inside it.
    pub fn scalar(span: Range<usize>, scalar: Scalar) -> Self {
        Self { span, content: Arc::new(Content::Scalar(scalar)), size: 1, height: 0 }
    }

    /// A value that is not there.
    pub fn nothing(span: Range<usize>) -> Self {
        let nothing = Scalar { text: String::new(), value: Value::Null, is_tagged: false };
        Self::scalar(span, nothing)
    }

    /// A list or a mapping from where it begins to where it ends: with a bracket, or with nothing,
    /// and then `first` stands for it.
    pub fn collection(
        (begin, end): (Range<usize>, Range<usize>),
        first: Range<usize>,
        content: Content,
    ) -> Self {
        let span = if end.is_empty() { first } else { begin.start..end.end };
        let inside: Box<dyn Iterator<Item = &Node>> = match &content {
            Content::Scalar(_) => Box::new(std::iter::empty()),
            Content::List(items) => Box::new(items.iter()),
            Content::Mapping(mapping) => Box::new(mapping.entries.values().map(|e| &e.value)),
        };
        let (size, height) = inside.fold((1, 0), |(size, height), node| {
            (node.size.saturating_add(size), node.height.max(height))
        });
        Self { span, content: Arc::new(content), size, height: height + 1 }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(&*self.content, Content::Scalar(scalar) if scalar.value.is_null())
    }
}
