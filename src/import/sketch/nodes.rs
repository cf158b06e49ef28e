use super::free::Free;
use super::grounds::{Grounds, Node};
use crate::import::director::Director;
use crate::import::{Page, Said, Span, Spot};
use ipnet::IpNet;
use std::net::IpAddr;

/// The networks and nodes.
pub fn write(page: &mut Page, grounds: &mut Grounds, director: &Director) {
    page.guess("\nnetworks:\n");
    for (net, name) in &grounds.networks {
        page.guess(&format!("  {name}: {net}\n"));
    }
    let all: Vec<_> = grounds.networks.iter().collect();
    let has_vip = |net: &IpNet| grounds.goals.iter().any(|goal| net.contains(&goal.vip));
    let outer: Vec<_> = all.iter().copied().filter(|(net, _)| has_vip(net)).collect();
    if grounds.routed {
        page.guess("\nrouters:\n");
        page.guess(&node("router", &grounds.free.addresses(&all, Free::first)));
    }
    let lone = node("director", &grounds.free.addresses(&all, Free::last));
    let client = node("client", &grounds.free.addresses(&outer, Free::last));
    page.guess(&format!("\nclients:\n{client}\ndirectors:\n{lone}\nreal_servers:\n"));
    for node in grounds.servers.values() {
        server(page, node, &all, &mut grounds.free, said(node.address, director));
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

fn server(
    page: &mut Page,
    node: &Node,
    networks: &[(&IpNet, &String)],
    free: &mut Free,
    spot: Option<Spot>,
) {
    let of = |wanted: &IpNet| networks.iter().copied().find(|(net, _)| *net == wanted);
    let own = networks.iter().find(|(net, _)| net.contains(&node.address));
    let Some((_, network)) = own else { return };
    let mut addresses = vec![format!("{network}: {}", address(node.address))];
    let more: Vec<_> = node.more.iter().filter_map(of).collect();
    addresses.extend(free.addresses(&more, Free::last));
    let text = self::node(&node.name, &addresses);
    page.line(2, vec![Span { text: text.trim().to_owned(), spot }]);
}

/// An address as YAML has it.
fn address(address: IpAddr) -> String {
    let text = address.to_string();
    if text.ends_with(':') { format!("\"{text}\"") } else { text }
}

/// A node's line.
pub(in crate::import) fn node(name: &str, addresses: &[String]) -> String {
    format!("  {name}: {{ addresses: {{ {} }} }}\n", addresses.join(", "))
}
