use crate::diag::{Diagnostic, Severity};
use crate::lab::Place;
use serde_json::Value;

/// What was found wrong so far, and what is therefore in doubt.
#[derive(Debug, Default)]
pub struct Faults {
    list: Vec<Diagnostic>,
    doubts: Vec<Place>,
    /// Places that are said elsewhere, and where.
    elsewhere: Vec<(Place, Place)>,
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

    /// Has what is found at or under a place told of another one, which says what stands there.
    pub fn tell_of(&mut self, place: Place, elsewhere: Place) {
        self.elsewhere.push((place, elsewhere));
    }

    /// The place that says what stands at this one.
    pub fn retell(&self, at: &mut Place) {
        let above = self.elsewhere.iter().filter(|(place, _)| at.path.starts_with(&place.path));
        if let Some((_, elsewhere)) = above.max_by_key(|(place, _)| place.path.len()) {
            *at = elsewhere.clone();
        }
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
        let mut list = std::mem::take(&mut self.list);
        list.iter_mut().for_each(|fault| self.retell(&mut fault.at));
        list.sort_by_cached_key(|d| order(document, &d.at));
        list
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
            // A line of a text, or a word of it.
            (Segment::Index(index), _) => (Some(*index), None),
            _ => (None, None),
        };
        order.push(index.unwrap_or(usize::MAX));
        node = child;
    }
    order
}
