use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A hardware address of Ethernet.
pub(super) type Hardware = [u8; 6];

const EVERYBODY: Hardware = [0xff; 6];

/// Where ff02::1, all nodes, is on Ethernet (RFC 2464 section 7).
const ALL_NODES_HARDWARE: Hardware = [0x33, 0x33, 0, 0, 0, 1];
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

/// The Ethernet frame that tells everybody where a VIP is.
pub(super) fn frame(hardware: Hardware, vip: IpAddr) -> Vec<u8> {
    match vip {
        IpAddr::V4(vip) => gratuitous_arp(hardware, vip),
        IpAddr::V6(vip) => unsolicited_advertisement(hardware, vip),
    }
}

/// A request for the VIP by its own holder (RFC 5227 section 3), in keepalived's form: also the
/// hardware address that is asked for is everybody's.
fn gratuitous_arp(hardware: Hardware, vip: Ipv4Addr) -> Vec<u8> {
    // Ethernet, IPv4, their lengths, a request (RFC 826).
    let kind = [0, 1, 0x08, 0x00, 6, 4, 0, 1];
    let vip = vip.octets();
    [&ethernet(EVERYBODY, hardware, 0x0806)[..], &kind, &hardware, &vip, &EVERYBODY, &vip].concat()
}

/// RFC 4861 section 7.2.6, sent by the VIP itself (RFC 5798 section 6.4.2).
fn unsolicited_advertisement(hardware: Hardware, vip: Ipv6Addr) -> Vec<u8> {
    let vip_octets = vip.octets();
    // Type 136, the flag override, and the option target link-layer address (type 2, 8 octets).
    let mut message =
        [&[136, 0, 0, 0, 0x20, 0, 0, 0][..], &vip_octets, &[2, 1], &hardware].concat();
    let sum = icmp_checksum(vip, &message);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    let length = message.len() as u8;
    // Version 6, the length, ICMPv6, hop limit 255 (RFC 8200 section 3).
    let header = [0x60, 0, 0, 0, 0, length, 58, 255];
    let ethernet = ethernet(ALL_NODES_HARDWARE, hardware, 0x86dd);
    [&ethernet[..], &header, &vip_octets, &ALL_NODES.octets(), &message].concat()
}

fn ethernet(to: Hardware, from: Hardware, kind: u16) -> Vec<u8> {
    [&to[..], &from, &kind.to_be_bytes()].concat()
}

/// With the pseudo-header of RFC 8200 section 8.1.
fn icmp_checksum(source: Ipv6Addr, message: &[u8]) -> u16 {
    let length = (message.len() as u32).to_be_bytes();
    let octets =
        [&source.octets()[..], &ALL_NODES.octets(), &length, &[0, 0, 0, 58], message].concat();
    crate::ha::vrrp::packet::internet_checksum(&octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HARDWARE: Hardware = [2, 0, 0, 0, 0, 7];

    #[test]
    fn a_vip_asks_for_itself() {
        let frame = frame(HARDWARE, "10.0.0.100".parse().unwrap());
        let text: Vec<_> = frame.iter().map(|octet| format!("{octet:02x}")).collect();
        insta::assert_snapshot!(text.join(""), @"ffffffffffff020000000007080600010800060400010200000000070a000064ffffffffffff0a000064");
    }

    #[test]
    fn an_ipv6_vip_advertises_itself() {
        let frame = frame(HARDWARE, "fd00::64".parse().unwrap());
        let text: Vec<_> = frame.iter().map(|octet| format!("{octet:02x}")).collect();
        insta::assert_snapshot!(text.join(""), @"33330000000102000000000786dd6000000000203afffd000000000000000000000000000064ff020000000000000000000000000001880059cf20000000fd0000000000000000000000000000640201020000000007");
    }
}
