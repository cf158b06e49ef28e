use super::grounds::Grounds;
use crate::import::director::Held;
use crate::lab::{Family, ForwardingMethod};
use indexmap::IndexMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// The networks that a client is in, with their names: those of the VIPs, and of a family that has
/// one elsewhere that one.
pub fn clients(grounds: &Grounds) -> Vec<(IpNet, String)> {
    let is_elsewhere = |net: &IpNet| grounds.far.keys().any(|far| family(far) == family(net));
    let near = outer(grounds).filter(|(net, _)| !is_elsewhere(net));
    near.chain(&grounds.far).map(|(net, name)| (*net, name.clone())).collect()
}

/// The networks of clients that come from elsewhere, with their names: one of each family that has
/// a real server of NAT beside VIPs, since replies to a client there would go past the director.
pub fn far(grounds: &Grounds, services: &[Held]) -> IndexMap<IpNet, String> {
    let rips = translated(grounds, services);
    let mut far = IndexMap::new();
    for wanted in Family::ALL {
        let is_near = |net: &IpNet| rips.iter().any(|rip| net.contains(rip));
        let mut near = outer(grounds).filter(|(net, _)| family(net) == wanted && is_near(net));
        if near.next().is_some() {
            let net = grounds.unused(wanted).find(|net| !grounds.back.contains_key(net));
            let name = if wanted == Family::Inet { "clients" } else { "clients6" };
            far.extend(net.map(|net| (net, name.to_owned())));
        }
    }
    far
}

/// The networks of the VIPs.
fn outer(grounds: &Grounds) -> impl Iterator<Item = (&IpNet, &String)> {
    let has_vip = |net: &IpNet| grounds.goals.iter().any(|goal| net.contains(&goal.vip));
    grounds.networks.iter().filter(move |(net, _)| has_vip(net))
}

/// The addresses of the nodes whose replies the director rewrites.
fn translated(grounds: &Grounds, services: &[Held]) -> Vec<IpAddr> {
    let is_nat = |method| method == ForwardingMethod::Nat;
    let servers = services.iter().flat_map(|held| &held.service.servers);
    let rips = servers.filter(|server| is_nat(server.forwarding)).map(|server| server.address);
    let by_nat = services.iter().filter(|held| is_nat(held.service.forwarding()));
    let sorry = by_nat.filter_map(|held| held.sorry.map(|sorry| sorry.address));
    let said: Vec<_> = rips.chain(sorry).map(|address| address.value).collect();
    let nodes = grounds.servers.iter().filter(|((rip, _), _)| said.contains(rip));
    nodes.map(|(_, node)| node.address).collect()
}

fn family(net: &IpNet) -> Family {
    Family::of(net.addr())
}
