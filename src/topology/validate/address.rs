use super::super::{faults::Faults, rule};
use crate::lab::Place;
use ipnet::{IpNet, Ipv4Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

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
    let Some(what) = unusable(address) else { return Some(address) };
    let help = match address {
        IpAddr::V4(_) => "choose a unicast address, as in `192.168.137.200`",
        IpAddr::V6(_) => "choose a unique local address (RFC 4193), as in `fd00:1::1`",
    };
    faults.push(rule::BAD_ADDRESS.at(at, format!("`{text}` is {what}"), help));
    None
}

/// Why no node can be given an address.
pub fn unusable(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => SPECIAL.iter().find(|s| s.net().contains(&address)).map(|s| s.what),
        IpAddr::V6(address) => unusable_v6(address),
    }
}

/// Addresses of IPv4 that no interface can be given, or that no packet can be sent to.
struct Special {
    network: Ipv4Addr,
    prefix: u8,
    what: &'static str,
}

impl Special {
    fn net(&self) -> Ipv4Net {
        Ipv4Net::new_assert(self.network, self.prefix)
    }
}

/// The special purpose blocks (RFC 6890, section 2.2.2) and multicast (RFC 5771), the narrower
/// first.
const SPECIAL: &[Special] = &[
    Special { network: Ipv4Addr::BROADCAST, prefix: 32, what: "the limited broadcast address" },
    Special {
        network: Ipv4Addr::UNSPECIFIED,
        prefix: 8,
        what: "an address of \"this network\" (RFC 1122)",
    },
    Special { network: Ipv4Addr::new(127, 0, 0, 0), prefix: 8, what: "a loopback address" },
    Special { network: Ipv4Addr::new(224, 0, 0, 0), prefix: 4, what: "a multicast address" },
    Special {
        network: Ipv4Addr::new(240, 0, 0, 0),
        prefix: 4,
        what: "a reserved address (RFC 1112, section 4)",
    },
];

fn unusable_v6(address: Ipv6Addr) -> Option<&'static str> {
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

/// The word of a text that is an address, and no netmask.
fn address_in(text: &str) -> Option<IpAddr> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '/' | '[' | ']'));
    let found = words.filter_map(|word| {
        let host = || word.parse::<SocketAddr>().ok().map(|socket| socket.ip());
        word.parse().ok().or_else(host)
    });
    found.into_iter().find(|address: &IpAddr| ipnet::ip_mask_to_prefix(*address).is_err())
}

/// An address of IPv4 with zeros before its numbers, or with other signs between them.
fn repaired(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<_> = text.split(['.', ',', '-', ' ']).filter(|part| !part.is_empty()).collect();
    let numbers: Option<Vec<u8>> = parts.iter().map(|part| part.parse().ok()).collect();
    Some(Ipv4Addr::from(<[u8; 4]>::try_from(numbers?).ok()?))
}

fn address_help(text: &str) -> String {
    if let Some(address) = repaired(text) {
        return format!(
            "write `{address}`: four numbers with dots between, none with zeros before it"
        );
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        let (address, port) = (socket.ip(), socket.port());
        return format!("write `{address}`; the port goes to a key of its own: `port: {port}`");
    }
    match text.parse::<IpNet>() {
        Ok(net) => format!("write `{}`: the network knows the prefix length", net.addr()),
        Err(_) if address_in(text).is_some_and(|_| !text.starts_with('[')) => {
            let address = address_in(text).map_or_else(String::new, |a| a.to_string());
            let mask = text.contains("255.");
            let why =
                if mask { "the network knows the netmask" } else { "nothing else belongs here" };
            format!("write `{address}`: {why}")
        }
        Err(_) if text.starts_with('[') => "leave the brackets out: they belong to URLs".to_owned(),
        Err(_) if text.contains(':') && !text.contains("://") => {
            "write eight groups of four hex digits, `::` for zeros, as in `fd00:1::200`".to_owned()
        }
        Err(_) => "write four numbers from 0 to 255, as in `192.168.137.200`".to_owned(),
    }
}

/// The subnet of a link, or a fault at its place.
pub fn link(text: &str, at: &Place, faults: &mut Faults) -> Option<IpNet> {
    let net = subnet(text, at, faults)?;
    let (message, help) = match net {
        IpNet::V4(v4) => {
            let overlaps = |s: &&Special| s.net().contains(&v4) || v4.contains(&s.net());
            let Some(special) = SPECIAL.iter().find(overlaps) else { return Some(net) };
            let message = format!("the subnet `{text}` has {}", special.what);
            (message, "choose a private one (RFC 1918), as in `192.168.136.0/24`")
        }
        IpNet::V6(v6) => {
            if let Some(what) = unusable_v6(v6.addr()) {
                let message = format!("the subnet `{text}` begins with {what}");
                (message, "choose another, as in `fd00:1::/64`")
            } else if v6.prefix_len() < SHORTEST_V6 {
                let message = format!("the subnet `{text}` is too large for one link");
                (message, "choose a prefix of 64 bits or more: the last 64 bits name the interface")
            } else {
                return Some(net);
            }
        }
    };
    faults.push(rule::BAD_SUBNET.at(at, message, help));
    None
}

/// The destination of a route, or a fault at its place.
pub fn destination(text: &str, at: &Place, faults: &mut Faults) -> Option<IpNet> {
    let meant = match text.to_lowercase().as_str() {
        "default" | "any" | "all" | "0/0" | "0.0.0.0" => Some("0.0.0.0/0"),
        "::" => Some("::/0"),
        _ => None,
    };
    if let Some(meant) = meant {
        faults.push(rule::BAD_SUBNET.at(
            at,
            format!("`{text}` is not a subnet"),
            format!(
                "write `gateway: ADDRESS` at the node for its default route, or `{meant}` here"
            ),
        ));
        return None;
    }
    let net = match text.parse::<IpAddr>() {
        Ok(host) => {
            let own = IpNet::from(host);
            let length = if host.is_ipv4() { 24 } else { 64 };
            let help = format!(
                "write `{own}` for this address alone, or its subnet, as in `{}`",
                IpNet::new(host, length).map_or(own, |net| net.trunc())
            );
            let fault = rule::BAD_SUBNET.at(at, format!("`{text}` is not a subnet"), help);
            faults.push(fault);
            return None;
        }
        Err(_) => subnet(text, at, faults)?,
    };
    let Some(what) = unroutable(net) else { return Some(net) };
    faults.push(rule::BAD_SUBNET.at(
        at,
        format!("the destination `{text}` is {what}"),
        "leave the route out: no packet of a lab goes there by a next hop",
    ));
    None
}

/// Why no next hop forwards to a destination. What has such addresses beside others is none.
fn unroutable(net: IpNet) -> Option<&'static str> {
    match net {
        IpNet::V4(v4) => SPECIAL.iter().find(|s| s.net().contains(&v4)).map(|s| s.what),
        IpNet::V6(v6) if v6.prefix_len() == 0 => None,
        IpNet::V6(v6) => unusable_v6(v6.addr()),
    }
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

/// A subnet with its netmask for a prefix length, without its last zeros, or with other signs
/// between its parts.
fn subnet_meant(text: &str) -> Option<IpNet> {
    let cut = |c: char| c.is_whitespace() || matches!(c, '/' | '\\');
    let mut words = text.split(cut).filter(|word| !word.is_empty() && *word != "netmask");
    let (address, length) = (words.next()?, words.next()?);
    let numbers = address.split('.').filter(|part| !part.is_empty()).count();
    let whole = match address.contains(':') {
        true => address.to_owned(),
        false => {
            address.trim_end_matches('.').to_owned() + &".0".repeat(4usize.checked_sub(numbers)?)
        }
    };
    let mask = || ipnet::ip_mask_to_prefix(length.parse().ok()?).ok();
    let prefix = length.parse().ok().or_else(mask)?;
    let net = IpNet::new(whole.parse().ok()?, prefix).ok()?;
    words.next().is_none().then(|| net.trunc())
}

fn subnet_help(text: &str) -> String {
    if let Some(meant) = subnet_meant(text) {
        return format!("write `{meant}`");
    }
    let prefix = text.split_once('/').and_then(|(address, length)| {
        Some((address.parse::<IpAddr>().ok()?, length.parse::<u32>().ok()?))
    });
    if let Some((address, _)) = prefix {
        let most = if address.is_ipv4() { 32 } else { 128 };
        return format!(
            "choose a prefix length of 0 to {most}, as in `{address}/{}`",
            most * 3 / 4
        );
    }
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => format!("add the prefix length, as in `{address}/24`"),
        Ok(IpAddr::V6(address)) => format!("add the prefix length, as in `{address}/64`"),
        Err(_) => "write an address and a prefix length, as in `192.168.136.0/24`".to_owned(),
    }
}
