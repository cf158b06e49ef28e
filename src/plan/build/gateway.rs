use super::Draft;
use crate::lab::{Family, GatewayReason, Node};
use crate::plan::Op;
use ipnet::IpNet;
use std::net::IpAddr;

/// The node's routes: its own, those to VIPs that lie in no network, and the default route.
pub(super) fn build(draft: &mut Draft<'_>, node: &Node) {
    for said in &node.routes {
        let destination = (!said.is_default()).then_some(said.destination);
        let op = route(node, destination, said.via);
        draft.add(op, "the file asks for it", &said.at);
    }
    to_distant_vips(draft, node);
    for family in Family::ALL.into_iter().filter(|f| node.default_route(*f).is_none()) {
        if let Some(gateway) = draft.lab.default_gateway(node, family) {
            draft.add(route(node, None, gateway.via), why(gateway.reason), &node.at);
        }
    }
}

fn route(node: &Node, destination: Option<IpNet>, via: IpAddr) -> Op {
    Op::AddRoute { node: node.name.clone(), destination, via }
}

/// A VIP outside every network of the lab is reached by a host route to its director.
fn to_distant_vips(draft: &mut Draft<'_>, router: &Node) {
    let lab = draft.lab;
    for service in &lab.services {
        let Some(via) = lab.distant_vip_hop(router, service) else { continue };
        let op = route(router, Some(IpNet::from(service.vip)), via);
        if !draft.steps.iter().any(|step| step.op == op) {
            draft.add(op, "the VIP lies in no network: the way to it is the director", &service.at);
        }
    }
}

fn why(reason: GatewayReason) -> &'static str {
    match reason {
        GatewayReason::Asked => "the file asks for it",
        GatewayReason::Dip => {
            "NAT: replies must return through the director, so its DIP is the way"
        }
        GatewayReason::VirtualRouter => {
            "NAT: replies must return through the director that is master, so its VIP is the way"
        }
        GatewayReason::OnlyRouter => "the only router on its network",
    }
}
