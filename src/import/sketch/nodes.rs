use super::clients::clients;
use super::free::Free;
use super::grounds::Grounds;
use crate::import::director::Director;
use crate::import::page::address;
use crate::import::{Page, Said, Span, Spot};
use indexmap::IndexMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// The networks and nodes.
pub fn write(page: &mut Page, grounds: &mut Grounds, director: &Director) {
    page.guess("\nnetworks:\n");
    for (net, name) in grounds.networks.iter().chain(&grounds.back).chain(&grounds.far) {
        page.guess(&format!("  {name}: {net}\n"));
    }
    let clients = clients(grounds);
    let clients: Vec<_> = clients.iter().map(|(net, name)| (net, name)).collect();
    let own: Vec<_> = grounds.networks.iter().collect();
    if grounds.routed {
        let all: Vec<_> = own.iter().copied().chain(&grounds.back).chain(&grounds.far).collect();
        page.guess("\nrouters:\n");
        page.guess(&node("router", &grounds.free.addresses(&all, Free::first)));
    }
    let lone = director_of(&grounds.free.addresses(&own, Free::last), &grounds.far);
    let client = node("client", &grounds.free.addresses(&clients, Free::last));
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

/// The director. Where clients come from elsewhere, it tells real servers of no shorter way.
fn director_of(addresses: &[String], far: &IndexMap<IpNet, String>) -> String {
    if far.is_empty() { node("director", addresses) } else { silent("director", addresses) }
}

/// A director that real servers of NAT share a network of VIPs with.
pub(in crate::import) fn silent(name: &str, addresses: &[String]) -> String {
    let interfaces = std::iter::once("all".to_owned());
    let interfaces = interfaces.chain((0..addresses.len()).map(|number| format!("eth{number}")));
    let quiet: Vec<_> = interfaces
        .map(|interface| format!("net.ipv4.conf.{interface}.send_redirects: 0"))
        .collect();
    format!(
        "  {name}:\n    addresses: {{ {} }}\n    # No redirects past the director, which replies \
         must pass.\n    sysctls: {{ {} }}\n",
        addresses.join(", "),
        quiet.join(", ")
    )
}

/// A node's line.
pub(in crate::import) fn node(name: &str, addresses: &[String]) -> String {
    format!("  {name}: {{ addresses: {{ {} }} }}\n", addresses.join(", "))
}
