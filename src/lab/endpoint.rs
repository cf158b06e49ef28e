use super::Protocol;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::SocketAddr;

/// A port of a transport protocol: TCP, UDP and SCTP each have all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Port {
    /// The protocol.
    pub protocol: Protocol,
    /// The number.
    pub number: u16,
}

impl Port {
    /// A port of TCP.
    pub fn tcp(number: u16) -> Self {
        Self { protocol: Protocol::Tcp, number }
    }
}

/// As in "port 80", of TCP, and "UDP port 53".
impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol {
            Protocol::Tcp => write!(f, "port {}", self.number),
            other => write!(f, "{} port {}", other.title(), self.number),
        }
    }
}

/// Where a client goes: a transport protocol, an address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    /// The protocol.
    pub protocol: Protocol,
    /// The address and the port.
    pub address: SocketAddr,
}

impl Endpoint {
    /// One of TCP.
    pub fn tcp(address: SocketAddr) -> Self {
        Self { protocol: Protocol::Tcp, address }
    }
}

/// As in "10.0.0.1:80", of TCP, and "udp 10.0.0.1:53".
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol {
            Protocol::Tcp => self.address.fmt(f),
            other => write!(f, "{other} {}", self.address),
        }
    }
}
