use super::super::faults::Faults;
use crate::diag::{Code, Diagnostic};
use crate::lab::{Destination, Lab, Node, NodeName, Place, VirtualService};
use std::collections::HashSet;

/// What the rules that hold things against each other look at, and what they find.
///
/// They judge only what was beyond doubt before the first of them; what one of them finds does not
/// silence the next.
pub struct View<'l> {
    /// The lab.
    pub lab: &'l Lab,
    before: &'l Faults,
    found: Vec<Diagnostic>,
    /// What was found broken where.
    broken: HashSet<(Code, Place)>,
}

impl<'l> View<'l> {
    /// A view of what is built, with the faults found while it was built.
    pub fn new(lab: &'l Lab, before: &'l Faults) -> Self {
        Self { lab, before, found: Vec::new(), broken: HashSet::new() }
    }

    /// Whether nothing at or under this place is in doubt.
    pub fn sure(&self, at: &Place) -> bool {
        self.before.sure(at)
    }

    /// Adds a fault, unless the same rule was just found broken at the same place: replicas share
    /// their places.
    pub fn push(&mut self, fault: Diagnostic) {
        if self.broken.insert((fault.code, fault.at.clone())) {
            self.found.push(fault);
        }
    }

    /// What was found.
    pub fn into_found(self) -> Vec<Diagnostic> {
        self.found
    }

    /// The directors of a service that nothing is in doubt of.
    pub fn directors(&self, service: &VirtualService) -> Vec<&'l Node> {
        service.directors.iter().filter_map(|name| self.node(name)).collect()
    }

    /// The node, if nothing is in doubt of it.
    pub fn node(&self, name: &NodeName) -> Option<&'l Node> {
        self.lab.node(name).filter(|n| self.sure(&n.at))
    }

    /// Every entry of every table that nothing is in doubt of, with its service and its node.
    pub fn destinations(&self) -> Vec<(&'l VirtualService, &'l Destination, &'l Node)> {
        let services = self.lab.services.iter();
        let pairs = services.flat_map(|s| s.servers().map(move |d| (s, d)));
        let sure = pairs.filter(|(_, d)| self.sure(&d.at));
        sure.filter_map(|(s, d)| Some((s, d, self.node(&d.real_server)?))).collect()
    }
}
