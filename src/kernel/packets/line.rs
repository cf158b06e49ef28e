use std::net::{Ipv4Addr, Ipv6Addr};

/// TCP's flags (RFC 9293 section 3.1), from the lowest bit on.
const FLAGS: [&str; 5] = ["FIN", "SYN", "RST", "PSH", "ACK"];

/// A frame in a line of words; what is cut short or not known is called so.
pub(super) fn of(frame: &[u8]) -> String {
    let (kind, packet) = (u16_at(frame, 12), frame.get(14..).unwrap_or_default());
    let read = match kind {
        Some(0x0806) => arp(packet),
        Some(0x0800) => ipv4(packet),
        Some(0x86dd) => ipv6(packet),
        Some(other) => Some(format!("Ethernet type {other:#06x}")),
        None => None,
    };
    read.unwrap_or_else(|| "a packet cut short".to_owned())
}

/// RFC 826.
fn arp(packet: &[u8]) -> Option<String> {
    let (sender, target) = (ipv4_at(packet, 14)?, ipv4_at(packet, 24)?);
    Some(match u16_at(packet, 6)? {
        1 if sender == target => format!("ARP {sender} is at {}, for all", mac_at(packet, 8)?),
        1 => format!("ARP who has {target}, tell {sender}"),
        2 => format!("ARP {sender} is at {}", mac_at(packet, 8)?),
        other => format!("ARP operation {other}"),
    })
}

/// RFC 791.
fn ipv4(packet: &[u8]) -> Option<String> {
    let payload = packet.get(usize::from(packet.first()? & 0xf) * 4..)?;
    let ends = [ipv4_at(packet, 12)?.to_string(), ipv4_at(packet, 16)?.to_string()];
    transport(*packet.get(9)?, ends, payload)
}

/// RFC 8200, without extension headers.
fn ipv6(packet: &[u8]) -> Option<String> {
    let address = |at: usize| {
        let bytes: [u8; 16] = packet.get(at..at + 16)?.try_into().ok()?;
        Some(format!("[{}]", Ipv6Addr::from(bytes)))
    };
    transport(*packet.get(6)?, [address(8)?, address(24)?], packet.get(40..)?)
}

fn transport(protocol: u8, [from, to]: [String; 2], payload: &[u8]) -> Option<String> {
    let ports = |name: &str| {
        Some(format!("{from}:{} > {to}:{} {name}", u16_at(payload, 0)?, u16_at(payload, 2)?))
    };
    Some(match protocol {
        1 | 58 => {
            format!("{from} > {to} ICMP type {} code {}", payload.first()?, payload.get(1)?)
        }
        4 => format!("{from} > {to} IPIP: {}", ipv4(payload)?),
        6 => ports(&format!("TCP {}", flags(*payload.get(13)?)))?,
        17 => ports("UDP")?,
        // RFC 3768 and RFC 9568, section 5.1: version and type, VRID, priority.
        112 => {
            let (version, router, priority) =
                (payload.first()? >> 4, payload.get(1)?, payload.get(2)?);
            format!("{from} > {to} VRRPv{version} vrid {router} prio {priority}")
        }
        other => format!("{from} > {to} protocol {other}"),
    })
}

fn flags(bits: u8) -> String {
    let set = FLAGS.iter().enumerate().filter(|(bit, _)| bits & (1 << bit) != 0);
    set.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn ipv4_at(bytes: &[u8], at: usize) -> Option<Ipv4Addr> {
    let bytes: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    Some(bytes.into())
}

fn mac_at(bytes: &[u8], at: usize) -> Option<String> {
    let octets = bytes.get(at..at + 6)?.iter().map(|octet| format!("{octet:02x}"));
    Some(octets.collect::<Vec<_>>().join(":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: String = hex.split_whitespace().collect();
        let pair = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        (0..digits.len()).step_by(2).map(pair).collect()
    }

    const ETHERNET: &str = "ffffffffffff 020000000001";

    fn ip(protocol: &str, payload: &str) -> String {
        let header = format!("4500 0028 0000 0000 ff{protocol} 0000 c0a89601 c0a89664");
        of(&bytes(&format!("{ETHERNET} 0800 {header} {payload}")))
    }

    #[test]
    fn arp_asks_answers_and_tells_all() {
        let arp = |operation, target| {
            let head = format!("{ETHERNET} 0806 0001 0800 06 04 {operation}");
            of(&bytes(&format!("{head} 020000000001 c0a89601 000000000000 {target}")))
        };
        assert_eq!(arp("0001", "c0a89664"), "ARP who has 192.168.150.100, tell 192.168.150.1");
        assert_eq!(arp("0002", "c0a89664"), "ARP 192.168.150.1 is at 02:00:00:00:00:01");
        assert_eq!(arp("0001", "c0a89601"), "ARP 192.168.150.1 is at 02:00:00:00:00:01, for all");
    }

    #[test]
    fn an_advert_tells_its_router_and_priority() {
        let advert = ip("70", "21 33 64 01 01 01 0000 c0a89664");
        assert_eq!(advert, "192.168.150.1 > 192.168.150.100 VRRPv2 vrid 51 prio 100");
    }

    #[test]
    fn tcp_udp_and_icmp_tell_their_ends() {
        let tcp = ip("06", "9c40 0050 00000000 00000000 5012");
        assert_eq!(tcp, "192.168.150.1:40000 > 192.168.150.100:80 TCP SYN ACK");
        assert_eq!(ip("11", "9c40 0035"), "192.168.150.1:40000 > 192.168.150.100:53 UDP");
        assert_eq!(ip("01", "0800"), "192.168.150.1 > 192.168.150.100 ICMP type 8 code 0");
    }

    #[test]
    fn what_is_cut_short_is_called_so() {
        assert_eq!(of(&[0; 13]), "a packet cut short");
        assert_eq!(ip("06", "9c40"), "a packet cut short");
    }
}
