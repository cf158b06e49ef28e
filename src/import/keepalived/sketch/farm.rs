use super::directors::Director;
use crate::import::keepalived::cluster::Cluster;
use crate::import::keepalived::configuration::VirtualServer;
use indexmap::IndexMap;
use std::net::IpAddr;

/// Which server of a virtual service: its address, and how many of that address stand before it
/// there.
pub type Server = (IpAddr, usize);

/// A node that serves.
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its address; none while it is to be chosen.
    pub address: Option<IpAddr>,
    /// An address in whose network it is.
    pub beside: IpAddr,
    /// A VIP of the other family, which it answers for (TUN).
    pub other: Option<IpAddr>,
}

/// The nodes that serve, apart from directors that serve themselves. A node stands once in a
/// service, so an address of several ports is several nodes; and where there are several directors
/// a loopback address, which is another one on each, is a node too.
pub fn farm(cluster: &Cluster<'_>, directors: &[Director]) -> IndexMap<Server, Node> {
    let mut nodes: IndexMap<Server, Node> = IndexMap::new();
    let services = || cluster.services.iter().map(|shared| shared.server);
    for server in services().flat_map(servers) {
        let (address, number) = server;
        if number == 0 && is_itself(address, directors) {
            continue;
        }
        let name = format!("rs{}", nodes.len() + 1);
        let known = number == 0 && !address.is_loopback();
        let node =
            || Node { name, address: known.then_some(address), beside: address, other: None };
        nodes.entry(server).or_insert_with(node);
    }
    let rips = services().flat_map(servers).map(|(address, _)| address);
    let vips = services().filter_map(|server| server.service.key.vip());
    let places: Vec<_> = rips.chain(vips).filter(|address| !address.is_loopback()).collect();
    for node in nodes.values_mut().filter(|node| node.beside.is_loopback()) {
        let ipv4 = node.beside.is_ipv4();
        let place = places.iter().find(|place| place.is_ipv4() == ipv4);
        node.beside = place.copied().unwrap_or(node.beside);
    }
    nodes
}

/// Whether an address is a director's own: one that it says, or if it is alone a loopback address.
pub fn is_itself(address: IpAddr, directors: &[Director]) -> bool {
    let alone = directors.len() == 1 && address.is_loopback();
    alone || directors.iter().any(|director| director.has(address))
}

/// The servers of a virtual service, its sorry server last.
pub fn servers(server: &VirtualServer) -> Vec<Server> {
    let mut found: Vec<Server> = Vec::new();
    let sorry = server.sorry.map(|(address, _)| address.value);
    let rips = server.service.servers.iter().map(|server| server.address.value);
    for address in rips.chain(sorry) {
        let before = found.iter().filter(|(known, _)| *known == address).count();
        found.push((address, before));
    }
    found
}

/// A remark on a node that has another address than the file says.
pub fn moved((server, node): (&Server, &Node)) -> Option<String> {
    let (address, number) = server;
    let (name, own) = (&node.name, node.address?);
    match (address.is_loopback(), number) {
        (true, 0) => Some(format!(
            "{address} is another server on each director: `{name}` at {own} stands for it"
        )),
        (_, 0) => None,
        _ => Some(format!(
            "{address} stands more than once in a virtual service, and in a lab a node does once: \
             `{name}` at {own} is the further one"
        )),
    }
}
