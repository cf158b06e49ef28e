use crate::lab::{Family, Lab, NetworkName, Node, NodeName, Role, Sysctl, VirtualService};
use ipnet::IpNet;
use std::net::IpAddr;

/// Where packets are to go: an address, and the nodes that take them.
#[derive(Debug)]
pub struct Goal {
    /// The address.
    pub address: IpAddr,
    /// Who takes what is sent to it.
    pub takers: Vec<NodeName>,
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
    let way = way(lab, from, goal.address);
    let on_the_way = way.nodes.iter().any(|node| goal.takers.contains(&node.name));
    on_the_way || matches!(way.end, End::Link(network) if on_link(lab, network, goal))
}

/// The way of packets from a node to an address, by what the file and the plan say of routes.
pub struct Way<'l> {
    /// The nodes that they pass, the first one among them.
    pub nodes: Vec<&'l Node>,
    /// How it ends.
    pub end: End<'l>,
}

/// How a way ends.
#[derive(Debug)]
pub enum End<'l> {
    /// On this link, where the address should be.
    Link(&'l NetworkName),
    /// At a node that has no next hop.
    Nowhere,
    /// At a node whose next hop no node has.
    Lost(&'l Node, IpAddr),
    /// It comes to this node for the second time.
    Circle(&'l Node),
}

/// Follows the next hops from a node to an address.
pub fn way<'l>(lab: &'l Lab, from: &'l Node, to: IpAddr) -> Way<'l> {
    let mut nodes = vec![from];
    let mut here = from;
    let end = loop {
        match hop(lab, here, to) {
            Some(Hop::Link(network)) => break End::Link(network),
            Some(Hop::Via(address)) => match holder(lab, address) {
                Some(next) if nodes.iter().any(|node| node.name == next.name) => {
                    break End::Circle(next);
                }
                Some(next) => here = next,
                None => break End::Lost(here, address),
            },
            None => break End::Nowhere,
        }
        nodes.push(here);
    };
    Way { nodes, end }
}

/// The network by which a node's packets to an address leave it.
pub fn leaves_by<'l>(lab: &'l Lab, node: &'l Node, to: IpAddr) -> Option<&'l NetworkName> {
    match hop(lab, node, to)? {
        Hop::Link(network) => Some(network),
        Hop::Via(via) => {
            node.interfaces.iter().find(|i| i.address.contains(&via)).map(|i| &i.network)
        }
    }
}

/// Whether a node forwards packets of others: a router does, a director of NAT must, and any can be
/// told to.
pub fn forwards(lab: &Lab, node: &Node, family: Family) -> bool {
    let key = match family {
        Family::Inet => "net.ipv4.ip_forward",
        Family::Inet6 => "net.ipv6.conf.all.forwarding",
    };
    let told = |s: &Sysctl| s.key.0 == key && s.value == "1";
    let mine =
        |s: &&VirtualService| Family::of(s.vip) == family && s.directors.contains(&node.name);
    let mut methods = lab.services.iter().filter(mine).flat_map(VirtualService::methods);
    node.role == Role::Router
        || node.sysctls.iter().any(told)
        || methods.any(|method| !method.keeps_vip())
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
