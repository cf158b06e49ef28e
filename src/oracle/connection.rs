use super::timer::Timer;
use crate::lab::{ForwardingMethod, Timeouts};
use std::net::SocketAddr;
use std::time::Duration;

/// How long the entry of a connection stays that was closed in both directions under the
/// director's eyes: TIME_WAIT (`tcp_timeouts` in ip_vs_proto_tcp.c). Nobody can set it.
const TIME_WAIT: Duration = Duration::from_secs(120);

/// What a connection is known by: the client's address and port, and what it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tuple {
    /// The client's address and port.
    pub client: SocketAddr,
    /// The VIP and port.
    pub target: SocketAddr,
}

/// How long the entry of a closed connection stays: FIN_WAIT, where the director does not see the
/// replies, and TIME_WAIT, where it does.
pub(super) fn closed(timeouts: Timeouts, forwarding: ForwardingMethod) -> Duration {
    if forwarding.keeps_vip() { timeouts.tcp_fin } else { TIME_WAIT }
}

/// An entry of the connection table (`struct ip_vs_conn`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Connection {
    /// The index of its destination.
    pub destination: usize,
    /// When the entry goes; none while the connection is open.
    pub timer: Option<Timer>,
    /// The number of the persistence template that it came by.
    pub template: Option<u64>,
}

impl Connection {
    /// Whether the entry is gone for sure.
    pub fn is_over(&self, now: Duration) -> bool {
        self.timer.is_some_and(|timer| timer.is_over(now))
    }

    /// Whether nobody knows if the entry is still there.
    pub fn is_ending(&self, now: Duration) -> bool {
        self.timer.is_some_and(|timer| timer.is_ending(now))
    }

    /// Whether a new connection from the same client port goes on with this closed one's entry
    /// (`is_new_conn_expected` with `conn_reuse_mode` 1): FIN_WAIT and what is persistent does,
    /// TIME_WAIT is scheduled anew.
    pub fn goes_on(&self, forwarding: ForwardingMethod) -> bool {
        self.template.is_some() || forwarding.keeps_vip()
    }
}
