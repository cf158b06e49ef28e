use super::fault::{Said, Spot};
use crate::lab::{Family, Protocol};
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
    Mark {
        /// The mark.
        mark: Said<i64>,
        /// Whose packets have it: services of IPv4 and of IPv6 have marks of their own.
        family: Family,
    },
}

impl Key {
    /// The word that says it.
    pub fn spot(&self) -> Spot {
        match self {
            Self::Address { vip, .. } => vip.spot,
            Self::Mark { mark, .. } => mark.spot,
        }
    }

    /// The family of its packets.
    pub fn family(&self) -> Family {
        match self {
            Self::Address { vip, .. } => Family::of(vip.value),
            Self::Mark { family, .. } => *family,
        }
    }

    /// The virtual address; none of a mark.
    pub fn vip(&self) -> Option<IpAddr> {
        match self {
            Self::Address { vip, .. } => Some(vip.value),
            Self::Mark { .. } => None,
        }
    }
}

/// As in `tcp 10.0.0.1:80`, `firewall mark 1` or `firewall mark 1 of IPv6`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { protocol, vip, port } => {
                write!(f, "{protocol} {}:{}", vip.value, port.value)
            }
            Self::Mark { mark, family: Family::Inet } => write!(f, "firewall mark {}", mark.value),
            Self::Mark { mark, family } => write!(f, "firewall mark {} of {family}", mark.value),
        }
    }
}
