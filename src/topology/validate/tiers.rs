use super::super::rule;
use super::{View, reach, trust::Ground};
use crate::lab::{Lab, Node, Port, Upstream, VirtualService};
use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

/// Whether the tiers that ask each other come to an end, and reach each other.
pub fn check(view: &mut View<'_>) {
    let lab = view.lab;
    for node in lab.nodes.iter().filter(|node| view.sure(&node.at)).collect::<Vec<_>>() {
        for port in lab.backend_ports(node).into_keys() {
            for upstream in node.serving.upstream_of(port) {
                circle((node, port), upstream, view);
                unreachable(node, upstream, view);
            }
        }
    }
}

/// Who serves: a node and a port.
pub type Tier<'l> = (&'l Node, Port);

fn circle((node, port): Tier<'_>, upstream: &Upstream, view: &mut View<'_>) {
    let Some(way) = way_back((node, port), upstream, view.lab) else { return };
    let word = |(node, port): &Tier<'_>| format!("{}:{}", node.name, port.number);
    let way: Vec<_> = way.iter().map(word).collect();
    view.push(rule::CIRCLE.at(
        &upstream.at,
        format!("`{}` would ask itself: {}", word(&(node, port)), way.join(", then ")),
        "let the last tier ask nobody",
    ));
}

/// The tiers from who is asked to the one that asks, if it comes to be asked itself.
fn way_back<'l>(begin: Tier<'l>, upstream: &Upstream, lab: &'l Lab) -> Option<Vec<Tier<'l>>> {
    let mut seen: HashSet<(&str, Port)> = HashSet::new();
    let mut open: Vec<Vec<Tier<'l>>> =
        tiers_at(upstream.address, lab).into_iter().map(|tier| vec![tier]).collect();
    while let Some(way) = open.pop() {
        let (node, port) = *way.last()?;
        if (node.name.as_str(), port) == (begin.0.name.as_str(), begin.1) {
            return Some(way);
        }
        if !seen.insert((node.name.as_str(), port)) {
            continue;
        }
        let next = node.serving.upstream_of(port).iter();
        for tier in next.flat_map(|upstream| tiers_at(upstream.address, lab)) {
            open.push(way.iter().copied().chain([tier]).collect());
        }
    }
    None
}

/// The built-in backends that answer at an address.
fn tiers_at(address: SocketAddr, lab: &Lab) -> Vec<Tier<'_>> {
    let serves = |(node, port): &Tier<'_>| lab.backend_ports(node).contains_key(port);
    let nodes = nodes_at(Port::tcp(address.port()), address.ip(), lab);
    nodes.into_iter().filter(serves).collect()
}

/// Who is asked at an address, and on which port of its own: its node, or those behind a VIP.
pub fn nodes_at(port: Port, address: IpAddr, lab: &Lab) -> Vec<Tier<'_>> {
    let asked = |s: &&VirtualService| {
        s.vip == address && s.protocol == port.protocol && s.ports().contains(&port.number)
    };
    let servers = lab.services.iter().filter(asked).flat_map(|service| {
        let nodes = service.servers().filter_map(|server| lab.node(&server.real_server));
        nodes.flat_map(|node| service.ports_of(node).map(move |(port, _)| (node, port)))
    });
    let own = lab.owner_of(address).map(|node| (node, port));
    servers.chain(own).collect()
}

fn unreachable(node: &Node, upstream: &Upstream, view: &mut View<'_>) {
    let (lab, to) = (view.lab, upstream.address);
    let known = view.trusts(&[Ground::Ways, Ground::Vips]);
    let service = lab.services.iter().find(|service| service.vip == to.ip());
    let goal = service.map_or_else(|| reach::Goal::address(lab, to.ip()), reach::Goal::vip);
    if !known || view.may_arrive(node, &goal) {
        return;
    }
    view.push(rule::UPSTREAM_UNREACHABLE.at(
        &upstream.at,
        format!("`{}` has no way to `{to}`", node.name),
        "give both a network in common, or a gateway or a route",
    ));
}
