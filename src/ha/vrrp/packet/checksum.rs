use super::{Journey, PROTOCOL};
use crate::lab::VrrpVersion;
use std::net::IpAddr;

/// The Internet checksum (RFC 1071) of a packet; 0 if it holds the right one already. Version 3
/// counts the pseudo-header with IPv4 too (RFC 5798 section 5.2.8), as keepalived does.
pub(super) fn checksum(version: VrrpVersion, packet: &[u8], journey: Journey) -> u16 {
    let sum = match version {
        VrrpVersion::V2 => 0,
        VrrpVersion::V3 => pseudo_header(packet.len(), journey),
    };
    !folded(sum + words(packet))
}

/// The Internet checksum (RFC 1071) of some octets.
pub fn internet_checksum(octets: &[u8]) -> u16 {
    !folded(words(octets))
}

/// RFC 768 for IPv4, RFC 8200 section 8.1 for IPv6: the same sum for any length that fits.
fn pseudo_header(length: usize, journey: Journey) -> u64 {
    address(journey.source) + address(journey.destination) + u64::from(PROTOCOL) + length as u64
}

fn address(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(v4) => words(&v4.octets()),
        IpAddr::V6(v6) => words(&v6.octets()),
    }
}

/// The sum of the words of 16 bits; an odd octet at the end is the high half of one.
fn words(octets: &[u8]) -> u64 {
    let word = |pair: &[u8]| {
        u64::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or_default()]))
    };
    octets.chunks(2).map(word).sum()
}

fn folded(mut sum: u64) -> u16 {
    while sum > u64::from(u16::MAX) {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    sum as u16
}
