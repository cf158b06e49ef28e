use crate::diag::{Diagnostic, Severity};
use crate::lab::Place;
use serde_json::Value;

/// What was found wrong so far, and what is therefore in doubt.
#[derive(Debug, Default)]
pub struct Faults {
    list: Vec<Diagnostic>,
    doubts: Vec<Place>,
}

impl Faults {
    /// Adds a fault; what it concerns is in doubt from now on.
    pub fn push(&mut self, fault: Diagnostic) {
        self.doubts.push(fault.at.clone());
        self.list.push(fault);
    }

    /// Puts a place in doubt, as something it depends on was found wrong elsewhere.
    pub fn doubt(&mut self, at: &Place) {
        self.doubts.push(at.clone());
    }

    /// Whether nothing at or under this place is in doubt. Rules about what is in doubt would
    /// only repeat the fault in other words.
    pub fn sure(&self, at: &Place) -> bool {
        !self.doubts.iter().any(|d| d.path.starts_with(&at.path))
    }

    /// Whether this very place is in doubt as a whole, so that what it defines is unknown.
    pub fn blurred(&self, at: &Place) -> bool {
        self.doubts.iter().any(|d| d.path == at.path)
    }

    /// Whether nothing was found yet.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether one of them is an error.
    pub fn fatal(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// All of them in the order of the document.
    pub fn in_order(mut self, document: &Value) -> Vec<Diagnostic> {
        self.list.sort_by_cached_key(|d| order(document, &d.at));
        self.list
    }
}

/// The position of a place among its document's nodes, without their lines and columns.
fn order(document: &Value, at: &Place) -> Vec<usize> {
    use crate::lab::Segment;
    let mut node = Some(document);
    let mut order = Vec::new();
    for segment in &at.path {
        let (index, child) = match (segment, node) {
            (Segment::Key(key), Some(Value::Object(entries))) => {
                (entries.keys().position(|k| k == key), entries.get(key))
            }
            (Segment::Index(index), Some(Value::Array(items))) => (Some(*index), items.get(*index)),
            _ => (None, None),
        };
        order.push(index.unwrap_or(usize::MAX));
        node = child;
    }
    order
}
