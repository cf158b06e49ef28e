use crate::lab::{ForwardingMethod, Protocol};
use std::time::Duration;

/// How long the entry of a closed connection stays: of TCP in FIN_WAIT, where the director does
/// not see the replies, and TIME_WAIT, where it does (`tcp_timeouts` in ip_vs_proto_tcp.c); of SCTP
/// in CLOSED (`sctp_timeouts`); and of UDP, which has no end, after the last datagram
/// (`udp_timeouts`).
fn linger(protocol: Protocol) -> Duration {
    Duration::from_secs(match protocol {
        Protocol::Tcp => 120,
        Protocol::Udp => 300,
        Protocol::Sctp => 60,
    })
}

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
    pub fn close(&mut self, now: Duration, protocol: Protocol) -> Duration {
        *self.expires.insert(now + linger(protocol))
    }

    pub fn is_there_at(&self, time: Duration) -> bool {
        self.expires.is_none_or(|expires| expires >= time)
    }

    /// Whether a new connection from the same client port goes on with this closed one's entry
    /// (`is_new_conn_expected` with `conn_reuse_mode` 1): FIN_WAIT does, TIME_WAIT and CLOSED of
    /// SCTP are scheduled anew. What is persistent goes on in every state.
    pub fn goes_on(&self, protocol: Protocol, forwarding: ForwardingMethod) -> bool {
        protocol == Protocol::Tcp && forwarding.keeps_vip()
    }
}
