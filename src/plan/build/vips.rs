use super::Draft;
use crate::lab::{Destination, Family, ForwardingMethod, Lab, Node, Role, VirtualService};
use crate::plan::Op;
use ipnet::IpNet;
use std::net::IpAddr;

/// The VIPs of a node, each once, where its forwarding methods want them.
pub(super) fn build(draft: &mut Draft<'_>, node: &Node) {
    let lab = draft.lab;
    let mut done: Vec<IpAddr> = node.addresses().collect();
    for service in &lab.services {
        if done.contains(&service.vip) {
            continue;
        }
        let Some((interface, why)) = seat(lab, node, service) else { continue };
        done.push(service.vip);
        let (name, address) = (node.name.clone(), IpNet::from(service.vip));
        draft.add(Op::AddAddress { node: name, interface, address }, why, &service.at);
    }
}

/// The interface that holds the VIP of a service in a node, and why; none if it holds none.
fn seat(lab: &Lab, node: &Node, service: &VirtualService) -> Option<(String, String)> {
    match node.role {
        Role::Director if held_by_daemon(lab, node, service.vip) => peers_seat(node, service),
        Role::Director if service.directors.contains(&node.name) => {
            Some(directors_seat(lab, node, service))
        }
        Role::RealServer if node.loopback_vips => {
            let mine = |d: &&Destination| d.real_server == node.name;
            let method = service.servers().find(mine)?.forwarding;
            let why = format!(
                "{}: the packet still says the VIP, so the real server must own it, on lo and /{}",
                method.keyword().to_uppercase(),
                Family::of(service.vip).bits()
            );
            method.keeps_vip().then(|| ("lo".to_owned(), why))
        }
        _ => None,
    }
}

/// Whether the VIP belongs to a virtual router of the director's: its daemon holds the VIP then,
/// and only while it is master.
fn held_by_daemon(lab: &Lab, node: &Node, vip: IpAddr) -> bool {
    let routers = lab.high_availability.iter().flat_map(|wanted| &wanted.routers);
    let mut mine = routers.filter(|router| router.priorities.contains_key(&node.name));
    mine.any(|router| router.has(vip))
}

/// A director to which others forward must take packets for the VIP while it is backup too.
fn peers_seat(node: &Node, service: &VirtualService) -> Option<(String, String)> {
    let method = service.peer(&node.name)?.forwarding.keyword().to_uppercase();
    let why = format!(
        "{method}: the master forwards to this director too, which must own the VIP then, on lo \
         and /32"
    );
    node.loopback_vips.then(|| ("lo".to_owned(), why))
}

fn directors_seat(lab: &Lab, node: &Node, service: &VirtualService) -> (String, String) {
    let translating = |m: &ForwardingMethod| !m.keeps_vip();
    let facing = node.interfaces.iter().find(|interface| {
        lab.network(&interface.network).is_some_and(|n| n.subnet.contains(&service.vip))
    });
    match facing {
        Some(interface) if service.methods().iter().all(translating) => {
            (interface.name.clone(), "the VIP: where clients send their requests".to_owned())
        }
        Some(interface) if service.vip.is_ipv6() => {
            let why = "the VIP: IPv6 answers neighbours for addresses of the interface, not of lo";
            (interface.name.clone(), why.to_owned())
        }
        _ => {
            ("lo".to_owned(), "the VIP: the director takes it in and answers ARP for it".to_owned())
        }
    }
}
