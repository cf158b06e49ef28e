use super::Draft;
use super::settings::{Setting, derive, served};
use crate::lab::{Destination, ForwardingMethod, Node, Place, Tunnel, TunnelEnd};
use crate::plan::Op;

/// The ends of the tunnels that TUN sends packets to a real server through, each once.
pub(super) fn build(draft: &mut Draft<'_>, node: &Node) {
    let lab = draft.lab;
    let tunnelled = |(_, d): &(_, &Destination)| d.forwarding == ForwardingMethod::Tun;
    for (service, destination) in served(lab, node).filter(tunnelled) {
        let at = &destination.at;
        if let Some(port) = destination.tunnel.port() {
            let op = Op::OpenGue { node: node.name.clone(), port };
            once(draft, op, "TUN: takes the director's packets out of their UDP envelope", at);
        }
        let end = destination.tunnel_end(service.vip);
        open(draft, node, (end, destination.tunnel), at);
        if service.vip.is_ipv4() {
            take_ipv4(draft, node, end, at);
        }
    }
}

fn open(draft: &mut Draft<'_>, node: &Node, (end, tunnel): (TunnelEnd, Tunnel), at: &Place) {
    let op = Op::SetLinkUp { node: node.name.clone(), interface: end.interface().to_owned() };
    let why = match (end, tunnel) {
        (TunnelEnd::Ip6, _) => "TUN: takes the director's packets out of their IPv6 envelope",
        (TunnelEnd::Sit, _) => "TUN: takes the director's IPv6 packets out of their IPv4 envelope",
        (_, Tunnel::Ipip) => "TUN: takes the director's IPIP packets out of their envelope",
        (_, Tunnel::Gre(_)) => "TUN: takes the director's GRE packets out of their envelope",
        (_, Tunnel::Gue { .. }) => "TUN: what is in a UDP envelope is as IPIP brings it",
    };
    once(draft, op, why, at);
}

/// What IPv4 needs that IPv6 does not: for IPv6 there is no such filter, and where the kernel makes
/// it, the end of tunnels over IPv6 takes nothing but IPv6 (`ip6_fb_tnl_dev_init` in ip6_tunnel.c).
fn take_ipv4(draft: &mut Draft<'_>, node: &Node, end: TunnelEnd, at: &Place) {
    let interface = end.interface();
    if end == TunnelEnd::Ip6 {
        let op = Op::TakeAny { node: node.name.clone(), interface: interface.to_owned() };
        let why =
            "TUN: this end of tunnels over IPv6 takes no IPv4 out of them until it is told to";
        once(draft, op, why, at);
    }
    let why = "TUN: packets leave the tunnel from a client whose route is not the tunnel";
    let own = node.interfaces.iter().map(|i| i.name.as_str());
    for name in ["all", interface].into_iter().chain(own) {
        let key = format!("net.ipv4.conf.{name}.rp_filter");
        if !is_set(draft, node, &key) {
            derive(draft, node, &Setting::new(&key, "0", why), at);
        }
    }
}

/// Whether the plan says something on a setting of a node.
fn is_set(draft: &Draft<'_>, wanted: &Node, setting: &str) -> bool {
    draft.steps.iter().any(|step| match &step.op {
        Op::SetSysctl { node, key, .. } => *node == wanted.name && key.0 == setting,
        _ => false,
    })
}

/// Adds an operation that is not there yet.
fn once(draft: &mut Draft<'_>, op: Op, why: &str, at: &Place) {
    if !draft.steps.iter().any(|step| step.op == op) {
        draft.add(op, why, at);
    }
}
