use super::Draft;
use crate::lab::{Destination, Node, Place, Protocol, VirtualService};
use crate::plan::{Backend, Op};
use std::collections::BTreeMap;

/// The port of a real server that is in no virtual service.
const HTTP: u16 = 80;

/// One built-in HTTP server for each port that a real server is asked on.
pub(super) fn build(draft: &mut Draft<'_>) {
    let lab = draft.lab;
    for node in lab.serving() {
        for (port, at) in ports(&lab.services, node) {
            let vips = vips(&lab.services, node, port);
            let op = Op::StartBackend {
                node: node.name.clone(),
                backend: Backend { port, protocol: Protocol::Tcp, vips },
            };
            draft.add(op, "answers with the real server's name", &at);
        }
    }
}

fn ports(services: &[VirtualService], node: &Node) -> BTreeMap<u16, Place> {
    let all = services.iter().flat_map(VirtualService::servers);
    let mine = all.filter(|d| d.real_server == node.name);
    let mut ports = BTreeMap::new();
    for destination in mine {
        ports.entry(destination.port).or_insert_with(|| destination.at.clone());
    }
    if ports.is_empty() {
        ports.insert(HTTP, node.at.clone());
    }
    ports
}

fn vips(services: &[VirtualService], node: &Node, port: u16) -> Vec<std::net::IpAddr> {
    let here =
        |d: &Destination| d.real_server == node.name && d.port == port && d.forwarding.keeps_vip();
    let with_me = services.iter().filter(|s| s.servers().any(here));
    let mut vips: Vec<_> = with_me.map(|s| s.vip).collect();
    vips.sort_unstable();
    vips.dedup();
    vips
}
