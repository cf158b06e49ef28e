use super::free::Free;
use super::grounds::Grounds;
use crate::import::director::Director;
use crate::import::page::address;
use crate::import::{Page, Said, Span, Spot};
use ipnet::IpNet;
use std::net::IpAddr;

/// The networks and nodes.
pub fn write(page: &mut Page, grounds: &mut Grounds, director: &Director) {
    page.guess("\nnetworks:\n");
    for (net, name) in grounds.networks.iter().chain(&grounds.back) {
        page.guess(&format!("  {name}: {net}\n"));
    }
    let own: Vec<_> = grounds.networks.iter().collect();
    let has_vip = |net: &IpNet| grounds.goals.iter().any(|goal| net.contains(&goal.vip));
    let outer: Vec<_> = own.iter().copied().filter(|(net, _)| has_vip(net)).collect();
    if grounds.routed {
        let all: Vec<_> = own.iter().copied().chain(&grounds.back).collect();
        page.guess("\nrouters:\n");
        page.guess(&node("router", &grounds.free.addresses(&all, Free::first)));
    }
    let lone = node("director", &grounds.free.addresses(&own, Free::last));
    let client = node("client", &grounds.free.addresses(&outer, Free::last));
    page.guess(&format!("\nclients:\n{client}\ndirectors:\n{lone}\nreal_servers:\n"));
    for node in grounds.servers.values() {
        let home = own.iter().find(|(net, _)| net.contains(&node.address));
        let Some((_, network)) = home else { continue };
        let mut addresses = vec![format!("{network}: {}", address(node.address))];
        let more = grounds.back.iter().filter(|(net, _)| node.more.iter().any(|f| f.has(**net)));
        addresses.extend(grounds.free.addresses(&more.collect::<Vec<_>>(), Free::last));
        let text = self::node(&node.name, &addresses).trim().to_owned();
        page.line(2, vec![Span { text, spot: said(node.address, director) }]);
    }
}

/// The first word of the file that says an address.
fn said(address: IpAddr, director: &Director) -> Option<Spot> {
    let services = director.services.iter();
    let mut all = services.flat_map(|held| {
        let rips = held.service.servers.iter().map(|server| server.address);
        rips.chain(held.sorry.map(|sorry| sorry.address))
    });
    all.find(|Said { value, .. }| *value == address).map(|said| said.spot)
}

/// A node's line.
pub(in crate::import) fn node(name: &str, addresses: &[String]) -> String {
    format!("  {name}: {{ addresses: {{ {} }} }}\n", addresses.join(", "))
}
