use super::super::{faults::Faults, rule};
use crate::lab::Place;
use ipnet::IpNet;
use std::net::IpAddr;

/// An IPv4 address, or a fault at its place.
pub fn address(text: &str, at: &Place, faults: &mut Faults) -> Option<IpAddr> {
    match text.parse() {
        Ok(address @ IpAddr::V4(_)) => Some(address),
        Ok(IpAddr::V6(_)) => {
            faults.push(ipv6(text, at));
            None
        }
        Err(_) => {
            faults.push(rule::BAD_ADDRESS.at(
                at,
                format!("`{text}` is not an IPv4 address"),
                address_help(text),
            ));
            None
        }
    }
}

/// An IPv4 address that may have a prefix length (else 32), or a fault at its place.
pub fn virtual_address(text: &str, at: &Place, faults: &mut Faults) -> Option<IpNet> {
    match text.parse() {
        Ok(net @ IpNet::V4(_)) => Some(net),
        Ok(IpNet::V6(_)) => {
            faults.push(ipv6(text, at));
            None
        }
        Err(_) => address(text, at, faults).map(IpNet::from),
    }
}

fn address_help(text: &str) -> String {
    match text.parse::<IpNet>() {
        Ok(net) => format!("write `{}`: the network knows the prefix length", net.addr()),
        Err(_) => "write four numbers from 0 to 255, as in `192.168.137.200`".to_owned(),
    }
}

/// An IPv4 subnet without host bits, or a fault at its place.
pub fn subnet(text: &str, at: &Place, faults: &mut Faults) -> Option<IpNet> {
    match text.parse::<IpNet>() {
        Ok(IpNet::V6(_)) => {
            faults.push(ipv6(text, at));
            None
        }
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
        Ok(address) => format!("add the prefix length, as in `{address}/24`"),
        Err(_) => "write an address and a prefix length, as in `192.168.136.0/24`".to_owned(),
    }
}

fn ipv6(text: &str, at: &Place) -> crate::diag::Diagnostic {
    rule::IPV6.at(
        at,
        format!("`{text}` is IPv6, which is not supported yet"),
        "use IPv4 addresses for now",
    )
}
