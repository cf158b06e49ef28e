use super::Draft;
use super::settings::{Setting, derive};
use crate::lab::{Destination, ForwardingMethod, Node, Place, Tunnel, VirtualService};
use crate::plan::Op;

/// The ends of the tunnels that lead to a real server, each once.
pub(super) fn build(draft: &mut Draft<'_>, node: &Node) {
    let lab = draft.lab;
    let servers = lab.services.iter().flat_map(VirtualService::servers);
    let mine =
        |d: &&Destination| d.real_server == node.name && d.forwarding == ForwardingMethod::Tun;
    let ends: Vec<_> = servers.filter(mine).collect();
    let Some(first) = ends.first() else { return };
    let mut unfiltered = vec!["all"];
    for destination in &ends {
        let interface = end(draft, node, destination);
        if !unfiltered.contains(&interface) {
            unfiltered.push(interface);
        }
    }
    unfiltered.extend(node.interfaces.iter().map(|i| i.name.as_str()));
    for interface in unfiltered {
        let why = "TUN: packets leave the tunnel from a client whose route is not the tunnel";
        let key = format!("net.ipv4.conf.{interface}.rp_filter");
        derive(draft, node, &Setting::new(&key, "0", why), &first.at);
    }
}

/// Makes the end of one tunnel, and says which interface the packets then come from.
fn end(draft: &mut Draft<'_>, node: &Node, destination: &Destination) -> &'static str {
    let (at, tunnel) = (&destination.at, destination.tunnel);
    if let Some(port) = tunnel.port() {
        let op = Op::OpenGue { node: node.name.clone(), port };
        once(draft, op, "TUN: takes the director's packets out of their UDP envelope", at);
    }
    let (interface, why) = match tunnel {
        Tunnel::Ipip => ("tunl0", "TUN: takes the director's IPIP packets out of their envelope"),
        Tunnel::Gre(_) => ("gre0", "TUN: takes the director's GRE packets out of their envelope"),
        Tunnel::Gue { .. } => ("tunl0", "TUN: what is in a UDP envelope is as IPIP brings it"),
    };
    let op = Op::SetLinkUp { node: node.name.clone(), interface: interface.to_owned() };
    once(draft, op, why, at);
    interface
}

/// Adds an operation that is not there yet.
fn once(draft: &mut Draft<'_>, op: Op, why: &str, at: &Place) {
    if !draft.steps.iter().any(|step| step.op == op) {
        draft.add(op, why, at);
    }
}
