use crate::lab::{Family, Lab, NetworkName, Node, NodeName, VirtualService};
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
    let router = lab.router_of(address).and_then(|router| router.priorities.keys().next());
    let service = || lab.services.iter().find(|s| s.vip == address);
    let director = router.or_else(|| service()?.directors.first());
    lab.owner_of(address).or_else(|| lab.node(director?))
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
    let mut services = lab.services.iter().filter(|s| s.vip == to);
    let derived = services.find_map(|s| lab.distant_vip_hop(node, s));
    let derived = derived.map(|via| (IpNet::from(to), Hop::Via(via)));
    let routes = derived.into_iter().chain(links).chain(routes).filter(|(net, _)| fits(net));
    // Of equals `max_by_key` takes the last one, and the first is wanted.
    let best = routes.collect::<Vec<_>>().into_iter().rev().max_by_key(|(n, _)| n.prefix_len());
    best.map(|(_, hop)| hop)
        .or_else(|| lab.default_gateway(node, Family::of(to)).map(|g| Hop::Via(g.via)))
}
