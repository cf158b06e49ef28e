use crate::lab::ForwardingMethod;
use std::net::SocketAddr;
use std::time::Duration;

/// How long the entry of a closed connection stays: FIN_WAIT, where the director does not see the
/// replies, and TIME_WAIT, where it does (`tcp_timeouts` in ip_vs_proto_tcp.c).
const LINGER: Duration = Duration::from_secs(120);

/// What tells one connection to a service from another: the client's address and port, and the
/// virtual port, of which a service by firewall mark has several.
pub(super) type Flow = (SocketAddr, u16);

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

    /// Closes it, and says when its entry goes.
    pub fn close(&mut self, now: Duration) -> Duration {
        *self.expires.insert(now + LINGER)
    }

    pub fn is_there_at(&self, time: Duration) -> bool {
        self.expires.is_none_or(|expires| expires >= time)
    }

    /// Whether a new connection from the same client port goes on with this closed one's entry
    /// (`is_new_conn_expected` with `conn_reuse_mode` 1): FIN_WAIT and what is persistent does,
    /// TIME_WAIT is scheduled anew.
    pub fn goes_on(&self, forwarding: ForwardingMethod, is_persistent: bool) -> bool {
        is_persistent || forwarding.keeps_vip()
    }
}
