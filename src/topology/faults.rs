use super::document::Document;
use crate::diag::{Code, Diagnostic, Position, Severity};
use crate::lab::{Place, Segment};
use std::collections::{HashMap, HashSet};

/// What was found wrong so far, and what is therefore in doubt.
#[derive(Debug, Default)]
pub struct Faults {
    list: Vec<Diagnostic>,
    doubts: HashSet<Vec<Segment>>,
    /// Everything that has a doubt at or under it.
    unsure: HashSet<Vec<Segment>>,
    /// Places that are said elsewhere, and where.
    elsewhere: HashMap<Vec<Segment>, Place>,
}

impl Faults {
    /// Adds a fault; what it concerns is in doubt from now on.
    pub fn push(&mut self, fault: Diagnostic) {
        self.doubt(&fault.at);
        self.list.push(fault);
    }

    /// Puts a place in doubt, as something it depends on was found wrong elsewhere.
    pub fn doubt(&mut self, at: &Place) {
        if !self.doubts.insert(at.path.clone()) {
            return;
        }
        for length in (0..=at.path.len()).rev() {
            // Whatever is above one that is known is known too.
            if !self.unsure.insert(at.path[..length].to_vec()) {
                return;
            }
        }
    }

    /// Has what is found at or under a place told of another one, which says what stands there.
    pub fn tell_of(&mut self, place: Place, elsewhere: Place) {
        self.elsewhere.insert(place.path, elsewhere);
    }

    /// The place that says what stands at this one.
    pub fn retell(&self, at: &mut Place) {
        let above = (0..=at.path.len()).rev().map(|length| &at.path[..length]);
        if let Some(elsewhere) = above.filter_map(|path| self.elsewhere.get(path)).next() {
            *at = elsewhere.clone();
        }
    }

    /// Whether nothing at or under this place is in doubt. Rules about what is in doubt would
    /// only repeat the fault in other words.
    pub fn sure(&self, at: &Place) -> bool {
        !self.unsure.contains(&at.path)
    }

    /// Whether this very place is in doubt as a whole, so that what it defines is unknown.
    pub fn blurred(&self, at: &Place) -> bool {
        self.doubts.contains(&at.path)
    }

    /// Whether nothing was found yet.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether one of them is an error.
    pub fn fatal(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// All of them in the order of the document, with their lines and columns. An error about a
    /// word that has a look-alike in it is about the look-alike.
    pub fn placed(mut self, document: &Document<'_>) -> Vec<Diagnostic> {
        let mut list = std::mem::take(&mut self.list);
        for fault in &mut list {
            self.retell(&mut fault.at);
            let is_error = fault.severity == Severity::Error;
            if let Some(cause) = document.look_alike(&fault.at).filter(|_| is_error) {
                *fault = cause;
            }
            fault.position = fault.position.or_else(|| document.position(&fault.at));
        }
        list.sort_by_cached_key(|d| (document.order(&d.at), d.position.map(begin)));
        let mut seen: HashSet<(Code, Option<Position>, String)> = HashSet::new();
        list.retain(|d| seen.insert((d.code, d.position, d.message.clone())));
        list
    }
}

fn begin(position: Position) -> (usize, usize) {
    (position.line, position.column)
}
