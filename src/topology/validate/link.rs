use super::super::rule;
use super::trust::Ground;
use super::{View, fault_node};
use crate::lab::{Family, Gateway, Lab, NetworkName, Node, NodeName, Place, Route, Sysctl};
use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;

/// A bridge takes no more ports (`BR_MAX_PORTS`, net/bridge/br_private.h; the first is not used).
pub const PORTS: usize = 1023;

/// The longest name of a network interface (`IFNAMSIZ` - 1, linux/if.h).
const INTERFACE_NAME: usize = 15;

/// Rules about addresses, next hops and bridges.
pub fn check(view: &mut View<'_>) {
    duplicate_addresses(view);
    full_bridges(view);
    for node in &view.lab.nodes {
        port_names(node, view);
        switched_off(node, view);
        if let Gateway::Address(address) = node.gateway {
            next_hop(node, address, &node.at.key("gateway"), view);
        }
        for route in &node.routes {
            next_hop(node, route.via, &route.at, view);
            there_already(node, route, view);
        }
    }
}

/// Next hops that are on a link, and that no node has. A real server that cannot be reached by one is
/// told before: that is an error.
pub fn check_hops(view: &mut View<'_>) {
    if !view.trusts(&[Ground::Vips, Ground::Routers]) {
        return;
    }
    for node in &view.lab.nodes {
        if let Gateway::Address(address) = node.gateway {
            nobodys_hop((node, address), &node.at.key("gateway"), view);
        }
        for route in &node.routes {
            nobodys_hop((node, route.via), &route.at, view);
        }
    }
}

fn nobodys_hop((node, hop): (&Node, IpAddr), at: &Place, view: &mut View<'_>) {
    let link = node.interfaces.iter().find(|i| i.address.contains(&hop));
    let is_known = link.is_some_and(|link| is_known(&link.network, view));
    if view.blamed(at) || is_had(hop, view.lab) || !is_known {
        return;
    }
    view.push(rule::NOBODYS_HOP.at(
        at,
        format!("no node of the lab has the gateway's address `{hop}`"),
        "choose a node's address, unless a missing gateway is what you want to show",
    ));
}

/// Whether it is known which addresses the nodes in a network have.
fn is_known(network: &NetworkName, view: &View<'_>) -> bool {
    let mut plugs = view.lab.nodes.iter().filter_map(|node| node.interface_in(network));
    let mut missing = view.lab.nodes.iter().filter(|node| node.interface_in(network).is_none());
    view.trusts_addresses_in(network)
        && !plugs.any(|plug| view.refused(&plug.at))
        && !missing.any(|node| fault_node::is_told(node, view))
}

fn duplicate_addresses(view: &mut View<'_>) {
    let mut owners: HashMap<IpAddr, &Node> = HashMap::new();
    for node in &view.lab.nodes {
        for interface in &node.interfaces {
            let address = interface.address.addr();
            if let Some(owner) = owners.insert(address, node) {
                let fault = rule::DUPLICATE_ADDRESS.at(
                    &interface.at,
                    format!("`{address}` is the address of {} already", described(owner)),
                    "give each interface an address of its own",
                );
                view.mislead(&[owner, node], fault);
            }
        }
    }
}

/// A node's role and name.
pub fn described(node: &Node) -> String {
    format!("{} `{}`", node.role.noun(), node.name)
}

fn full_bridges(view: &mut View<'_>) {
    for network in &view.lab.networks {
        let ports = view.lab.nodes.iter().filter(|n| n.interface_in(&network.name).is_some());
        let ports = ports.count();
        if ports > PORTS {
            view.push(rule::BRIDGE_PORTS.at(
                &network.at.as_key(),
                format!("{ports} nodes are plugged into `{}`", network.name),
                format!("spread them over several networks: a bridge has at most {PORTS} ports"),
            ));
        }
    }
}

/// The bridge port of the eleventh interface has a longer name than that of the first.
fn port_names(node: &Node, view: &mut View<'_>) {
    let last = node.interfaces.len().saturating_sub(1);
    let port = format!("{}.{last}", node.name);
    if port.len() > INTERFACE_NAME {
        view.push(rule::LONG_NAME.at(
            &node.at.as_key(),
            format!("`{port}` has {} bytes; at most {INTERFACE_NAME} are allowed", port.len()),
            "shorten the node's name: this is the name of its last bridge port (IFNAMSIZ)",
        ));
    }
}

/// The kernel takes the addresses away, and then refuses routes by them.
fn switched_off(node: &Node, view: &mut View<'_>) {
    for interface in node.interfaces.iter().filter(|i| i.address.addr().is_ipv6()) {
        let names = ["all", interface.name.as_str()];
        let keys = names.map(|name| format!("net.ipv6.conf.{name}.disable_ipv6"));
        let off = |s: &&Sysctl| keys.contains(&s.key.0) && s.value != "0";
        if let Some(sysctl) = node.sysctls.iter().find(off) {
            view.push(rule::NO_IPV6.at(
                &sysctl.at,
                format!("`{}` has the address `{}`", node.name, interface.address.addr()),
                "leave the setting out, or the address: without IPv6 the kernel takes the address \
                 away again",
            ));
        }
    }
}

fn next_hop(node: &Node, hop: IpAddr, at: &Place, view: &mut View<'_>) {
    if !view.sure(&node.at) {
        return;
    }
    let link = node.interfaces.iter().find(|i| i.address.contains(&hop));
    if link.is_none() || node.addresses().any(|a| a == hop) {
        let own = link.map_or("is on none of the node's networks", |_| "is the node's own address");
        let fault = rule::NEXT_HOP.at(
            at,
            format!("the gateway `{hop}` of `{}` {own}", node.name),
            "choose the address of a neighbour: a next hop must be on a link",
        );
        view.mislead(&[node], fault);
    }
}

/// The kernel has a route to each link by itself, and one default route of each family.
fn there_already(node: &Node, route: &Route, view: &mut View<'_>) {
    if !view.sure(&node.at) {
        return;
    }
    let destination = route.destination;
    let link = node.interfaces.iter().find(|i| i.address.trunc() == destination);
    let own = node.addresses().find(|own| IpNet::from(*own) == destination);
    let family = Family::of(route.via);
    let (message, help) = match (link, own, &node.gateway) {
        (Some(link), ..) => (
            format!("`{}` is on the link `{destination}` (`{}`) itself", node.name, link.network),
            "leave the route out: the kernel has the link's own, and refuses another one",
        ),
        (_, Some(own), _) => (
            format!("`{own}` is an address of `{}` itself", node.name),
            "leave the route out: what goes to itself takes no route",
        ),
        (.., Gateway::Address(gateway)) if route.is_default() && Family::of(*gateway) == family => {
            (
                format!(
                    "`{}` has the gateway `{gateway}`, which is a default route already",
                    node.name
                ),
                "keep one of the two: the kernel refuses a second default route",
            )
        }
        _ => return,
    };
    view.push(rule::ROUTE_TWICE.at(&route.at.as_key(), message, help));
}

/// Whether a node has this address, or a virtual service or a virtual router, whose director then
/// has it.
fn is_had(hop: IpAddr, lab: &Lab) -> bool {
    lab.owner_of(hop).is_some()
        || lab.services.iter().any(|s| s.vip == hop)
        || lab.router_of(hop).is_some()
}

/// The names in backticks.
pub fn names<'n>(names: impl IntoIterator<Item = &'n NodeName>) -> String {
    names.into_iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

/// How many names are shown of very many.
const MOST_NAMED: usize = 8;

/// The first names in backticks, and how many more there are.
pub fn some_names<'n>(all: impl IntoIterator<Item = &'n NodeName>) -> String {
    let mut all = all.into_iter();
    let shown = names(all.by_ref().take(MOST_NAMED));
    match all.count() {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
