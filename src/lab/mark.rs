use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU32;

/// A mark that a director's firewall puts on packets (`skb->mark`), by which IPVS knows them as
/// of one virtual service (ipvsadm -f); never 0, which is what unmarked packets have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FirewallMark(pub NonZeroU32);

impl fmt::Display for FirewallMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Several ports of a VIP as one virtual service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// What the packets are marked with.
    pub mark: FirewallMark,
    /// The virtual ports whose packets are marked, at least one, in the order of the file.
    pub ports: Vec<u16>,
}
