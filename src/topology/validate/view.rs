use super::super::faults::Faults;
use super::reach::{self, End, Goal};
use super::trust::{self, Ground, Trust};
use crate::diag::{Code, Diagnostic, Severity};
use crate::lab::{Destination, Lab, NetworkName, Node, NodeName, Place, VirtualService};
use std::collections::{HashMap, HashSet};

/// What the rules that hold things against each other look at, and what they find.
///
/// They judge only what was beyond doubt before the first of them; what one of them finds silences
/// the next only where that would tell of the same mistake: it looks whether its ground is still
/// trusted, or whether the place was blamed already.
pub struct View<'l> {
    /// The lab.
    pub lab: &'l Lab,
    before: &'l Faults,
    found: Vec<Diagnostic>,
    /// What was found broken where.
    broken: HashMap<Place, Vec<Code>>,
    /// Where an error was found.
    refused: HashSet<Place>,
    trust: Trust,
    /// Nodes of whose addresses or next hops one was found wrong.
    astray: HashSet<NodeName>,
}

impl<'l> View<'l> {
    /// A view of what is built, with the faults found while it was built.
    pub fn new(lab: &'l Lab, before: &'l Faults) -> Self {
        let trust = Trust::of(before);
        let (broken, refused) = (HashMap::new(), HashSet::new());
        let astray = HashSet::new();
        Self { lab, before, found: Vec::new(), broken, refused, trust, astray }
    }

    /// Whether nothing at or under this place is in doubt.
    pub fn sure(&self, at: &Place) -> bool {
        self.before.sure(at)
    }

    /// Adds a fault, unless the same rule was just found broken at the same place: replicas share
    /// their places.
    pub fn push(&mut self, fault: Diagnostic) {
        let codes = self.broken.entry(fault.at.clone()).or_default();
        if !codes.contains(&fault.code) {
            codes.push(fault.code);
            if fault.severity == Severity::Error {
                self.refused.insert(fault.at.clone());
            }
            self.found.push(fault);
        }
    }

    /// Adds a fault that takes the ground from other rules.
    pub fn undermine(&mut self, ground: Ground, fault: Diagnostic) {
        self.trust.lose(ground);
        self.push(fault);
    }

    /// Adds a fault of these nodes' addresses or next hops: what goes by them is judged no more.
    pub fn mislead(&mut self, nodes: &[&Node], fault: Diagnostic) {
        self.astray.extend(nodes.iter().map(|node| node.name.clone()));
        self.push(fault);
    }

    /// Whether an address or a next hop of the node was found wrong.
    pub fn is_astray(&self, node: &NodeName) -> bool {
        self.astray.contains(node)
    }

    /// Whether packets from a node to the goal go by a node that is astray: what becomes of them is
    /// not known.
    pub fn goes_astray(&self, from: &Node, goal: &Goal) -> bool {
        let way = reach::way(self.lab, from, goal.address);
        let mut nodes = way.nodes.iter().map(|node| &node.name).chain(&goal.takers);
        nodes.any(|node| self.is_astray(node))
    }

    /// Whether packets from a node get to the goal, as far as it is known: a next hop that no node
    /// has, or that is wrong otherwise, is told where it stands, and not again of each way by it.
    pub fn may_arrive(&self, from: &Node, goal: &Goal) -> bool {
        let is_lost = || matches!(reach::way(self.lab, from, goal.address).end, End::Lost(..));
        reach::arrives(self.lab, from, goal) || is_lost() || self.goes_astray(from, goal)
    }

    /// Whether rules can rest on all of these.
    pub fn trusts(&self, grounds: &[Ground]) -> bool {
        grounds.iter().all(|ground| self.trust.has(*ground))
    }

    /// Whether the file says beyond doubt which addresses the nodes in a network have.
    pub fn trusts_addresses_in(&self, network: &NetworkName) -> bool {
        let is_other = |name: &str| {
            let mut others = self.lab.networks.iter().map(|other| other.name.as_str());
            name != network.as_str() && others.any(|other| other == name)
        };
        !self.before.doubts(|path| trust::is_about_addresses(path, is_other))
    }

    /// Whether a rule before found this very place odd or broken. That may silence warnings.
    pub fn blamed(&self, at: &Place) -> bool {
        self.broken.contains_key(at)
    }

    /// Whether a rule before found an error at this very place. That may silence errors too.
    pub fn refused(&self, at: &Place) -> bool {
        self.refused.contains(at)
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
