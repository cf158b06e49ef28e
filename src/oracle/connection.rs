use crate::lab::ForwardingMethod;
use std::time::Duration;

/// How long the entry of a closed connection stays: FIN_WAIT, where the director does not see the
/// replies, and TIME_WAIT, where it does (`tcp_timeouts` in ip_vs_proto_tcp.c).
const LINGER: Duration = Duration::from_secs(120);

/// An entry of the connection table (`struct ip_vs_conn`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Connection {
    /// The position of its destination in the kernel's list.
    pub position: usize,
    /// When the entry goes; none while the connection is open.
    pub expires: Option<Duration>,
}

impl Connection {
    pub fn open(position: usize) -> Self {
        Self { position, expires: None }
    }

    pub fn close(&mut self, now: Duration) {
        self.expires = Some(now + LINGER);
    }

    pub fn is_gone_at(&self, time: Duration) -> bool {
        self.expires.is_some_and(|expires| expires <= time)
    }
}

/// What a new connection from a port that still has an entry means (`is_new_conn_expected` with
/// `conn_reuse_mode` 1): TIME_WAIT is scheduled anew, FIN_WAIT and persistent ones go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reuse {
    Continue,
    Schedule,
}

impl Reuse {
    pub fn of(forwarding: ForwardingMethod, is_persistent: bool) -> Self {
        if is_persistent || forwarding.keeps_vip() { Self::Continue } else { Self::Schedule }
    }
}
