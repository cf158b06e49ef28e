use super::Draft;
use crate::lab::{Node, Place, Port, VirtualService};
use crate::plan::{Backend, Op};
use std::collections::BTreeMap;

/// The port of a real server that is in no virtual service.
const HTTP: u16 = 80;

/// One built-in server for each port that a real server is asked on, of its service's protocol.
pub(super) fn build(draft: &mut Draft<'_>) {
    let lab = draft.lab;
    for node in lab.serving() {
        for (port, at) in ports(&lab.services, node) {
            let vips = vips(&lab.services, node, port);
            let op = Op::StartBackend {
                node: node.name.clone(),
                backend: Backend { port: port.number, protocol: port.protocol, vips },
            };
            draft.add(op, "answers with the real server's name", &at);
        }
    }
}

/// The ports that a virtual service asks a node on.
fn asked<'s>(
    service: &'s VirtualService,
    node: &'s Node,
) -> impl Iterator<Item = (Port, &'s Place, bool)> {
    let protocol = service.protocol;
    let mine = service.servers().filter(|d| d.real_server == node.name);
    mine.flat_map(move |d| {
        let ports = service.ports_on(d).iter();
        ports.map(move |number| {
            (Port { protocol, number: *number }, &d.at, d.forwarding.keeps_vip())
        })
    })
}

fn ports(services: &[VirtualService], node: &Node) -> BTreeMap<Port, Place> {
    let mut ports = BTreeMap::new();
    for (port, at, _) in services.iter().flat_map(|service| asked(service, node)) {
        ports.entry(port).or_insert_with(|| at.clone());
    }
    if ports.is_empty() {
        ports.insert(Port::tcp(HTTP), node.at.clone());
    }
    ports
}

fn vips(services: &[VirtualService], node: &Node, port: Port) -> Vec<std::net::IpAddr> {
    let keeps = |service: &&VirtualService| {
        asked(service, node).any(|(asked, _, keeps_vip)| asked == port && keeps_vip)
    };
    let mut vips: Vec<_> = services.iter().filter(keeps).map(|s| s.vip).collect();
    vips.sort_unstable();
    vips.dedup();
    vips
}
