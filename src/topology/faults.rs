use super::document::Document;
use super::rule;
use crate::diag::{Code, Diagnostic, Position, Severity};
use crate::lab::{Place, Segment};
use std::collections::{BTreeSet, HashMap, HashSet};

/// How many other lines are told of that have an unknown name.
const MOST_LINES: usize = 8;

/// What was found wrong so far, and what is therefore in doubt.
#[derive(Debug, Default)]
pub struct Faults {
    list: Vec<Diagnostic>,
    doubts: HashSet<Vec<Segment>>,
    /// Everything that has a doubt at or under it.
    unsure: HashSet<Vec<Segment>>,
    /// Places that are said elsewhere, and where.
    elsewhere: HashMap<Vec<Segment>, Place>,
    /// Texts with a character in them that no text may have.
    unreadable: HashSet<Place>,
    /// Names that stand for nothing: which of the list tells of each.
    unknown: HashMap<(Named, String), usize>,
    /// As what names stand for nothing.
    missed: HashSet<Named>,
    /// Where else the file has what one of the list is about.
    also: HashMap<usize, Vec<Place>>,
}

/// What a name in the file can stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    /// A network.
    Network,
    /// A node, or a group of replicas.
    Node,
    /// A virtual service.
    Service,
    /// A virtual router.
    Router,
}

impl Faults {
    /// Adds a fault; what an error concerns is in doubt from now on. What a warning is about can be
    /// built, and may be meant.
    ///
    /// What else is wrong with a text that has a character in it which no text may have is the
    /// same mistake.
    pub fn push(&mut self, fault: Diagnostic) {
        if fault.severity == Severity::Error {
            self.doubt(&fault.at);
        }
        if self.unreadable.contains(&fault.at) {
            return;
        }
        if fault.code == rule::CHARACTER.code {
            self.unreadable.insert(fault.at.clone());
        }
        self.list.push(fault);
    }

    /// Adds that a name stands for nothing. However often the file has the name, that is one
    /// mistake: most likely where the thing itself is named.
    pub fn unknown(&mut self, what: Named, name: &str, fault: Diagnostic) {
        let key = (what, name.to_owned());
        if let Some(told) = self.unknown.get(&key).copied() {
            self.doubt(&fault.at);
            self.also.entry(told).or_default().push(fault.at);
            return;
        }
        let before = self.list.len();
        self.push(fault);
        if self.list.len() > before {
            self.unknown.insert(key, before);
            self.missed.insert(what);
        }
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

    /// Whether a name was found to stand for nothing where such a thing is named.
    pub fn misses(&self, what: Named) -> bool {
        self.missed.contains(&what)
    }

    /// Whether one of the places that are in doubt is such a one.
    pub fn doubts(&self, is_such: impl Fn(&[Segment]) -> bool) -> bool {
        self.doubts.iter().any(|path| is_such(path))
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
        for (index, fault) in list.iter_mut().enumerate() {
            self.retell(&mut fault.at);
            fault.help.push_str(&self.repeated((index, &fault.at), document));
            let is_error = fault.severity == Severity::Error;
            if let Some(cause) = document.look_alike(fault).filter(|_| is_error) {
                *fault = cause;
            }
            fault.position = fault.position.or_else(|| document.position(&fault.at));
        }
        list.sort_by_cached_key(|d| (document.order(&d.at), d.position.map(begin)));
        let mut seen: HashSet<(Code, Option<Position>, String)> = HashSet::new();
        list.retain(|d| seen.insert((d.code, d.position, d.message.clone())));
        list
    }

    /// The other lines that have what a fault is about, in words.
    fn repeated(&self, (fault, at): (usize, &Place), document: &Document) -> String {
        let Some(places) = self.also.get(&fault) else { return String::new() };
        let line = |at: &Place| Some(document.position(at)?.line);
        let own = line(at);
        let lines = places.iter().filter_map(line).filter(|other| Some(*other) != own);
        let lines: BTreeSet<_> = lines.collect();
        let shown: Vec<_> = lines.iter().take(MOST_LINES).map(usize::to_string).collect();
        match (shown.as_slice(), lines.len() - shown.len()) {
            ([], _) => String::new(),
            ([line], _) => format!("; line {line} has the name too"),
            (shown, 0) => format!("; lines {} have the name too", shown.join(", ")),
            (shown, more) => {
                format!("; lines {} and {more} more have the name too", shown.join(", "))
            }
        }
    }
}

fn begin(position: Position) -> (usize, usize) {
    (position.line, position.column)
}
