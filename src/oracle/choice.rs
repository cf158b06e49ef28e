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
    /// When an SCTP association counts as open or closed is not followed.
    #[error("of SCTP it is not followed which associations the director counts as open")]
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
    /// The time of an entry or template ends about now, and the kernel's timers are not exact.
    #[error("an old entry's time ends about now, and nobody knows whether it is still there")]
    Timer,
    /// An entry leads to a destination that was removed: its packets are dropped, until the
    /// destination or another time comes.
    #[error(
        "a source port was used again, and its old entry leads to a real server that was removed"
    )]
    Removed,
    /// A client closed a connection while its destination was removed. The director dropped that,
    /// and hears of it when the destination is back, or not at all.
    #[error(
        "a connection was closed while its real server was removed, and it is not known when the director hears of it"
    )]
    Abandoned,
}
