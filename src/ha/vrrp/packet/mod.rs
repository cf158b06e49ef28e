//! Adverts on the wire: VRRPv2 (RFC 3768 section 5) and VRRPv3 (RFC 5798 section 5, RFC 9568).

mod accept;
mod checksum;
mod encode;
mod error;
mod parse;

#[cfg(test)]
mod tests;

pub use accept::{Expected, Received};
pub use checksum::internet_checksum;
pub use error::PacketError;

use crate::lab::VrrpVersion;
use std::net::IpAddr;
use std::time::Duration;

/// The IP protocol number of VRRP.
pub const PROTOCOL: u8 = 112;

/// The TTL, or hop limit, of every advert: it has not passed a router.
pub const TTL: u8 = 255;

/// What the first octet says of an advert's type: the only one there is.
const ADVERTISEMENT: u8 = 1;

/// The octets before the addresses, in both versions.
const HEADER: usize = 8;

/// Where the checksum is, in both versions.
const CHECKSUM: std::ops::Range<usize> = 6..8;

/// The octets of authentication data that end a packet of version 2.
const AUTHENTICATION: usize = 8;

/// An advert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advert {
    /// The version on the wire.
    pub version: VrrpVersion,
    /// The virtual router (VRID).
    pub router_id: u8,
    /// The sender's priority: 0 if it resigns, 255 if it owns the VIPs.
    pub priority: u8,
    /// The time between its adverts: whole seconds in version 2, centiseconds in version 3.
    pub interval: Duration,
    /// What it says to be believed; nothing in version 3.
    pub authentication: Authentication,
    /// The VIPs, in the sender's order; all of the family that carries the advert.
    pub addresses: Vec<IpAddr>,
}

/// The authentication of version 2 (RFC 2338 section 5.3.6; RFC 3768 knows only that there is none).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// Type 0.
    None,
    /// Type 1: a password in the clear, padded with zeros.
    Password([u8; AUTHENTICATION]),
}

impl Authentication {
    /// For a password of at most eight bytes; what is longer is cut off.
    pub fn of(password: Option<&str>) -> Self {
        let Some(password) = password else { return Self::None };
        let mut octets = [0; AUTHENTICATION];
        for (place, octet) in octets.iter_mut().zip(password.bytes()) {
            *place = octet;
        }
        Self::Password(octets)
    }
}

/// Where a packet came from, and where it went: part of the checksum in version 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Journey {
    /// The source address.
    pub source: IpAddr,
    /// The destination address, of the same family.
    pub destination: IpAddr,
}
