use super::super::{
    rule,
    wire::{self, Entries},
};
use super::{Draft, address, link::described, network, serving, sysctl};
use crate::lab::{Command, Family, Gateway, Interface, Node, Place, Route};
use ipnet::IpNet;
use std::net::IpAddr;

/// Fills a blank node with what the file says.
pub fn fill(mut node: Node, mut wire: wire::Node, draft: &mut Draft<'_>) -> Node {
    let at = node.at.clone();
    let plugs = wire.addresses.0.len();
    node.serving = serving::build(&node, &mut wire, draft);
    node.interfaces = interfaces(wire.addresses, &node, draft);
    node.gateway = gateway(wire.gateway, &at.key("gateway"), draft);
    node.routes = routes(wire.routes, &at.key("routes"), draft);
    node.sysctls = sysctl::build(wire.sysctls, plugs, &at.key("sysctls"), draft);
    let commands = wire.commands.0.into_iter().enumerate();
    let place = |index| at.key("commands").index(index);
    node.commands = commands
        .filter_map(|(index, shell)| Some(Command { shell: shell?, at: place(index) }))
        .collect();
    node
}

fn interfaces(addresses: Entries<String>, node: &Node, draft: &mut Draft<'_>) -> Vec<Interface> {
    let all = node.at.key("addresses");
    if addresses.0.is_empty() {
        draft.faults.push(rule::NO_ADDRESS.at(
            &all,
            format!("{} has no address", described(node)),
            "plug it into a network, as in `addresses: { inside: 192.168.137.200 }`",
        ));
    }
    let mut interfaces = Vec::new();
    for (index, (network, text)) in addresses.0.into_iter().enumerate() {
        let at = all.key(&network);
        // Where the address is missing, the key may be more than a network's name.
        let Some(text) = text else { continue };
        let plug = network::find(&network, &at.as_key(), draft);
        let address = address::address(&text, &at, draft.faults);
        if let (Some((network, subnet)), Some(address)) = (plug, address) {
            let fits = in_subnet(address, subnet, &at, draft);
            if let Some(address) = fits.then(|| IpNet::new(address, subnet.prefix_len()).ok()) {
                let name = format!("eth{index}");
                interfaces.extend(address.map(|address| Interface { name, network, address, at }));
            }
        }
    }
    interfaces
}

/// Whether a host may have this address in this subnet.
fn in_subnet(address: IpAddr, subnet: IpNet, at: &Place, draft: &mut Draft<'_>) -> bool {
    if !subnet.contains(&address) {
        draft.faults.push(rule::OUTSIDE.at(
            at,
            format!("`{address}` is outside the network's subnet `{subnet}`"),
            "choose an address of the subnet, or another network",
        ));
        return false;
    }
    let Some(what) = not_a_host(address, subnet) else { return true };
    draft.faults.push(rule::NOT_A_HOST.at(
        at,
        format!("`{address}` is the {what} address of `{subnet}`"),
        "choose an address between the first and the last one of the subnet",
    ));
    false
}

/// Why an address of a subnet is none for a host: /31 and /32 have no such addresses (RFC 3021),
/// nor have /127 and /128 (RFC 6164). IPv6 knows no broadcast, and its first address is that of
/// every router (RFC 4291, section 2.6.1).
pub fn not_a_host(address: IpAddr, subnet: IpNet) -> Option<&'static str> {
    match (address, subnet) {
        _ if subnet.prefix_len() + 1 >= subnet.max_prefix_len() => None,
        (a, IpNet::V6(_)) => (a == subnet.network()).then_some("subnet-router anycast"),
        (a, _) if a == subnet.network() => Some("network"),
        (a, _) if a == subnet.broadcast() => Some("broadcast"),
        _ => None,
    }
}

fn gateway(text: Option<String>, at: &Place, draft: &mut Draft<'_>) -> Gateway {
    match text.as_deref() {
        None => Gateway::Derived,
        Some("none") => Gateway::None,
        Some(text) => {
            address::address(text, at, draft.faults).map_or(Gateway::Derived, Gateway::Address)
        }
    }
}

fn routes(routes: Entries<String>, all: &Place, draft: &mut Draft<'_>) -> Vec<Route> {
    let mut built = Vec::new();
    for (destination, via) in routes.0 {
        let at = all.key(&destination);
        // Where the next hop is missing, the key may be more than a destination.
        let Some(via) = via else { continue };
        let destination = address::destination(&destination, &at.as_key(), draft.faults);
        let via = address::address(&via, &at, draft.faults);
        if let (Some(destination), Some(via)) = (destination, via) {
            if !Family::of(via).has(destination) {
                draft.faults.push(rule::TWO_FAMILIES.at(
                    &at,
                    format!("the route to `{destination}` has the next hop `{via}`"),
                    "choose a next hop of the destination's own address family",
                ));
                continue;
            }
            if built.iter().any(|route: &Route| route.destination == destination) {
                draft.faults.push(rule::ROUTE_TWICE.at(
                    &at.as_key(),
                    format!("the route to `{destination}` is given twice"),
                    "keep one of the two: a destination has one next hop",
                ));
                continue;
            }
            built.push(Route { destination, via, at });
        }
    }
    built
}
