use crate::lab::Scheduler;

/// What a director does with a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Choice {
    /// It is forwarded to this destination, counted from 0 in the order of addition.
    Destination(usize),
    /// No destination is available: an ICMP port unreachable, "connection refused" to a client.
    Refused,
}

/// Why a choice cannot be predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unpredictable {
    /// The scheduler has no sequence.
    #[error("the scheduler `{0}` draws lots")]
    Random(Scheduler),
    /// Which associations of SCTP count as active hangs on packets that come after the answers.
    #[error("when the end of an SCTP association counts is not known")]
    Sctp,
    /// Two formulas are in use for what a destination's connections cost: 256 for an active one
    /// and 1 for an inactive one (up to Linux 6.1.176), or 257 and 1 (6.1.192). Here they choose
    /// different destinations.
    #[error("the loads are so close that kernels differ in which real server has the least")]
    Overhead,
    /// A source port is used again while the entry of its last connection is still there. The
    /// kernel removes that entry at the next timer tick, before or after the load is compared.
    #[error("a source port was used again, and its old entry goes only with the next timer tick")]
    Reuse,
}
