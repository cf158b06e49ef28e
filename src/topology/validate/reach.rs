use crate::lab::{
    ForwardingMethod, Gateway, Interface, Lab, NetworkName, Node, NodeName, Role, VirtualService,
};
use ipnet::IpNet;
use std::net::IpAddr;

/// Where packets are to go: an address, and the nodes that take them.
#[derive(Debug)]
pub struct Goal {
    address: IpAddr,
    takers: Vec<NodeName>,
}

impl Goal {
    /// A node's own address.
    pub fn address(lab: &Lab, address: IpAddr) -> Self {
        let takers = lab.owner_of(address).map(|n| n.name.clone()).into_iter().collect();
        Self { address, takers }
    }

    /// A service's VIP, which its directors hold.
    pub fn vip(service: &VirtualService) -> Self {
        Self { address: service.vip, takers: service.directors.clone() }
    }
}

/// Whether packets from a node get to the goal, going from next hop to next hop.
pub fn arrives(lab: &Lab, from: &Node, goal: &Goal) -> bool {
    let mut here = from;
    for _ in 0..=lab.nodes.len() {
        if goal.takers.contains(&here.name) {
            return true;
        }
        here = match hop(lab, here, goal.address) {
            Some(Hop::Link(network)) => return on_link(lab, network, goal),
            Some(Hop::Via(address)) => match holder(lab, address) {
                Some(next) => next,
                None => return false,
            },
            None => return false,
        };
    }
    false
}

fn on_link(lab: &Lab, network: &NetworkName, goal: &Goal) -> bool {
    let mut takers = goal.takers.iter().filter_map(|name| lab.node(name));
    takers.any(|n| n.interface_in(network).is_some())
}

fn holder(lab: &Lab, address: IpAddr) -> Option<&Node> {
    let service = || lab.services.iter().find(|s| s.vip == address);
    lab.owner_of(address).or_else(|| lab.node(service()?.directors.first()?))
}

enum Hop<'l> {
    Link(&'l NetworkName),
    Via(IpAddr),
}

/// The next hop to an address: of the routes that fit the one with the longest prefix.
fn hop<'l>(lab: &'l Lab, node: &'l Node, to: IpAddr) -> Option<Hop<'l>> {
    let fits = |net: &IpNet| net.contains(&to);
    let links = node.interfaces.iter().map(|i| (i.address.trunc(), Hop::Link(&i.network)));
    let routes = node.routes.iter().map(|r| (r.destination, Hop::Via(r.via)));
    let derived = vip_route(lab, node, to).map(|via| (IpNet::from(to), Hop::Via(via)));
    let routes = derived.into_iter().chain(links).chain(routes).filter(|(net, _)| fits(net));
    // Of equals `max_by_key` takes the last one, and the first is wanted.
    let best = routes.collect::<Vec<_>>().into_iter().rev().max_by_key(|(n, _)| n.prefix_len());
    best.map(|(_, hop)| hop).or_else(|| gateway(lab, node).map(Hop::Via))
}

/// The route to a VIP that `plan` gives a router: by the director on a network that they share,
/// where no network of the router's has the VIP.
fn vip_route(lab: &Lab, router: &Node, vip: IpAddr) -> Option<IpAddr> {
    let direct = router.interfaces.iter().any(|i| i.address.contains(&vip));
    if router.role != Role::Router || direct {
        return None;
    }
    let service = lab.services.iter().find(|s| s.vip == vip)?;
    let directors = service.directors.iter().filter_map(|d| lab.node(d));
    directors.flat_map(|d| shared(d, router)).next().map(|i| i.address.addr())
}

/// The interfaces of a node that are on a network of another one's.
pub fn shared<'n>(node: &'n Node, other: &'n Node) -> impl Iterator<Item = &'n Interface> {
    node.interfaces.iter().filter(|i| other.interface_in(&i.network).is_some())
}

/// A node's default gateway, as the file or the forwarding method has it.
pub fn gateway(lab: &Lab, node: &Node) -> Option<IpAddr> {
    match (&node.gateway, node.role) {
        (Gateway::Address(address), _) => Some(*address),
        (Gateway::None, _) | (Gateway::Derived, Role::Director | Role::Router) => None,
        (Gateway::Derived, Role::Client) => only_router(lab, node),
        (Gateway::Derived, Role::RealServer) => dip(lab, node).or_else(|| only_router(lab, node)),
    }
}

fn only_router(lab: &Lab, node: &Node) -> Option<IpAddr> {
    let mut routers = lab.with_role(Role::Router).filter_map(|r| shared(r, node).next());
    let only = routers.next()?;
    routers.next().is_none().then(|| only.address.addr())
}

/// The DIP that is the gateway of a real server of NAT.
fn dip(lab: &Lab, node: &Node) -> Option<IpAddr> {
    let uses = |s: &&VirtualService| {
        let nat = |d: &&crate::lab::Destination| d.forwarding == ForwardingMethod::Nat;
        s.destinations.iter().filter(nat).any(|d| d.real_server == node.name)
    };
    let services = lab.services.iter().filter(uses);
    let directors = services.flat_map(|s| &s.directors).filter_map(|d| lab.node(d));
    directors.flat_map(|d| shared(d, node)).next().map(|i| i.address.addr())
}
