use super::{Linux, failed};
use crate::kernel::{KernelError, Neighbour, counters, neighbours};
use crate::lab::NodeName;
use std::collections::BTreeMap;

impl Linux {
    /// Whom a node knows on its links.
    pub fn neighbours(&mut self, node: &NodeName) -> Result<Vec<Neighbour>, KernelError> {
        let read = self.links(node).and_then(neighbours::all);
        read.map_err(failed("read the neighbours", node))
    }

    /// A node's counters of packets that did not go on, by the names of nstat(8).
    pub fn counters(&mut self, node: &NodeName) -> Result<BTreeMap<String, u64>, KernelError> {
        let read = self.place(node).and_then(counters::read);
        read.map_err(failed("read the counters", node))
    }
}
