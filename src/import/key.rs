use super::fault::{Said, Spot};
use crate::lab::Protocol;
use std::fmt;
use std::net::IpAddr;

/// What a table knows a virtual service by. Two are equal if they say the same, wherever they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// What packets say of themselves.
    Address {
        /// The transport protocol.
        protocol: Protocol,
        /// The virtual address.
        vip: Said<IpAddr>,
        /// The virtual port.
        port: Said<i64>,
    },
    /// What a firewall marks them with; which ones it does is in no table.
    Mark(Said<i64>),
}

impl Key {
    /// The word that says it.
    pub fn spot(&self) -> Spot {
        match self {
            Self::Address { vip, .. } => vip.spot,
            Self::Mark(mark) => mark.spot,
        }
    }

    /// The virtual address; none of a mark.
    pub fn vip(&self) -> Option<IpAddr> {
        match self {
            Self::Address { vip, .. } => Some(vip.value),
            Self::Mark(_) => None,
        }
    }
}

/// As in `tcp 10.0.0.1:80`, or `firewall mark 1`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { protocol, vip, port } => {
                write!(f, "{protocol} {}:{}", vip.value, port.value)
            }
            Self::Mark(mark) => write!(f, "firewall mark {}", mark.value),
        }
    }
}
