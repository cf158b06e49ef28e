use super::super::{faults::Faults, rule};
use crate::lab::Place;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The shortest prefix of a link in IPv6: interface identifiers have 64 bits (RFC 4291, section
/// 2.5.1), and link-local addresses are made of them.
const SHORTEST_V6: u8 = 64;

/// An address, or a fault at its place.
pub fn address(text: &str, at: &Place, faults: &mut Faults) -> Option<IpAddr> {
    let Ok(address) = text.parse() else {
        faults.push(rule::BAD_ADDRESS.at(
            at,
            format!("`{text}` is not an IP address"),
            address_help(text),
        ));
        return None;
    };
    let IpAddr::V6(v6) = address else { return Some(address) };
    let Some(what) = unusable(v6) else { return Some(address) };
    faults.push(rule::BAD_ADDRESS.at(
        at,
        format!("`{text}` is {what}"),
        "choose a unique local address (RFC 4193), as in `fd00:1::1`",
    ));
    None
}

/// Why nobody can be given an IPv6 address.
fn unusable(address: Ipv6Addr) -> Option<&'static str> {
    match address {
        a if a.is_unspecified() => Some("the unspecified address"),
        a if a.is_loopback() => Some("the loopback address"),
        a if a.is_multicast() => Some("a multicast address"),
        a if a.is_unicast_link_local() => {
            Some("a link-local address: each interface gets one of its own")
        }
        a if a.to_ipv4_mapped().is_some() => Some("an IPv4 address in the form of IPv6"),
        _ => None,
    }
}

/// An address that may have a prefix length (else all of it), or a fault at its place.
pub fn virtual_address(text: &str, at: &Place, faults: &mut Faults) -> Option<IpNet> {
    match text.parse::<IpNet>() {
        Ok(net) => address(&net.addr().to_string(), at, faults).map(|_| net),
        Err(_) => address(text, at, faults).map(IpNet::from),
    }
}

fn address_help(text: &str) -> String {
    if let Ok(socket) = text.parse::<SocketAddr>() {
        let (address, port) = (socket.ip(), socket.port());
        return format!("write `{address}`; the port goes to a key of its own: `port: {port}`");
    }
    match text.parse::<IpNet>() {
        Ok(net) => format!("write `{}`: the network knows the prefix length", net.addr()),
        Err(_) if text.starts_with('[') => "leave the brackets out: they belong to URLs".to_owned(),
        Err(_) if text.contains(':') => {
            "write eight groups of four hex digits, `::` for zeros, as in `fd00:1::200`".to_owned()
        }
        Err(_) => "write four numbers from 0 to 255, as in `192.168.137.200`".to_owned(),
    }
}

/// The subnet of a link, or a fault at its place.
pub fn link(text: &str, at: &Place, faults: &mut Faults) -> Option<IpNet> {
    let net = subnet(text, at, faults)?;
    let IpNet::V6(v6) = net else { return Some(net) };
    let (message, help) = if let Some(what) = unusable(v6.addr()) {
        (format!("the subnet `{text}` begins with {what}"), "choose another, as in `fd00:1::/64`")
    } else if v6.prefix_len() < SHORTEST_V6 {
        let message = format!("the subnet `{text}` is too large for one link");
        (message, "choose a prefix of 64 bits or more: the last 64 bits name the interface")
    } else {
        return Some(net);
    };
    faults.push(rule::BAD_SUBNET.at(at, message, help));
    None
}

/// A subnet without host bits, or a fault at its place.
pub fn subnet(text: &str, at: &Place, faults: &mut Faults) -> Option<IpNet> {
    match text.parse::<IpNet>() {
        Ok(net) if net.addr() == net.network() => Some(net),
        Ok(net) => {
            faults.push(rule::BAD_SUBNET.at(
                at,
                format!("the subnet `{text}` has host bits set"),
                format!("write `{}`", net.trunc()),
            ));
            None
        }
        Err(_) => {
            faults.push(rule::BAD_SUBNET.at(
                at,
                format!("`{text}` is not a subnet"),
                subnet_help(text),
            ));
            None
        }
    }
}

fn subnet_help(text: &str) -> String {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => format!("add the prefix length, as in `{address}/24`"),
        Ok(IpAddr::V6(address)) => format!("add the prefix length, as in `{address}/64`"),
        Err(_) => "write an address and a prefix length, as in `192.168.136.0/24`".to_owned(),
    }
}
