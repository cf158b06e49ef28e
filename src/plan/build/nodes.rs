use super::Draft;
use crate::lab::{Interface, Node};
use crate::plan::Op;

/// The node itself: its namespace, its interfaces and their addresses.
pub(super) fn build(draft: &mut Draft<'_>, node: &Node) {
    let op = Op::CreateNamespace { node: node.name.clone() };
    draft.add(op, format!("a {} is a network namespace", node.role.noun()), &node.at);
    for interface in &node.interfaces {
        plug(draft, node, interface);
    }
}

fn plug(draft: &mut Draft<'_>, node: &Node, interface: &Interface) {
    let mtu = draft.lab.network(&interface.network).and_then(|network| network.mtu);
    let op = Op::Connect {
        node: node.name.clone(),
        interface: interface.name.clone(),
        network: interface.network.clone(),
        mtu,
    };
    draft.add(op, format!("its place in network `{}`", interface.network), &interface.at);
    let op = Op::AddAddress {
        node: node.name.clone(),
        interface: interface.name.clone(),
        address: interface.address,
    };
    draft.add(op, address_why(draft, node, interface), &interface.at);
    if let Some(address) = interface.link_local() {
        let op = Op::AddAddress {
            node: node.name.clone(),
            interface: interface.name.clone(),
            address: address.into(),
        };
        draft.add(
            op,
            "IPv6: what a router asks its neighbours with, and VRRP speaks from",
            &interface.at,
        );
    }
}

fn address_why(draft: &Draft<'_>, node: &Node, interface: &Interface) -> &'static str {
    use crate::lab::Role::{Client, Director, RealServer, Router, Server};
    let faces_servers = || {
        let servers = draft.lab.with_role(RealServer);
        servers.into_iter().any(|server| server.interface_in(&interface.network).is_some())
    };
    match node.role {
        Client => "the CIP: where requests come from",
        Director if faces_servers() => "the DIP: where the director meets the real servers",
        Director => "the director's own address",
        RealServer => "the RIP: where the real server is reached",
        Server => "where the server is reached",
        Router => "where the router meets this network",
    }
}
