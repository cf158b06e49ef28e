use super::Draft;
use crate::lab::{ForwardingMethod, Gateway, Lab, Node, Role};
use crate::plan::Op;
use ipnet::IpNet;
use std::net::IpAddr;

/// The node's routes: its own, those to VIPs that lie in no network, and the default route.
pub(super) fn build(draft: &mut Draft<'_>, node: &Node) {
    for said in &node.routes {
        let op = route(node, Some(said.destination), said.via);
        draft.add(op, "the file asks for it", &said.at);
    }
    if node.role == Role::Router {
        to_distant_vips(draft, node);
    }
    match node.gateway {
        Gateway::None => {}
        Gateway::Address(via) => {
            draft.add(route(node, None, via), "the file asks for it", &node.at)
        }
        Gateway::Derived => {
            if let Some((via, why)) = derived(draft.lab, node) {
                draft.add(route(node, None, via), why, &node.at);
            }
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
        let vip = service.vip;
        let said = router.routes.iter().any(|r| r.destination.contains(&vip));
        let near = lab.networks.iter().any(|n| n.subnet.contains(&vip));
        let director = service.directors.first().and_then(|name| lab.node(name));
        let Some(via) = director.and_then(|d| shared_address(d, router)) else { continue };
        let op = route(router, Some(IpNet::from(vip)), via);
        if !said && !near && !draft.steps.iter().any(|step| step.op == op) {
            draft.add(op, "the VIP lies in no network: the way to it is the director", &service.at);
        }
    }
}

/// The default gateway that the node's part in the lab implies.
fn derived(lab: &Lab, node: &Node) -> Option<(IpAddr, &'static str)> {
    if node.role == Role::RealServer
        && let Some(dip) = nat_gateway(lab, node)
    {
        return Some((dip, "NAT: replies must return through the director, so its DIP is the way"));
    }
    if node.role == Role::Router {
        return None;
    }
    let mut routers = lab.with_role(Role::Router).filter_map(|r| shared_address(r, node));
    match (routers.next(), routers.next()) {
        (Some(router), None) => Some((router, "the only router on its network")),
        _ => None,
    }
}

/// The DIP of the director that forwards to this real server by NAT.
fn nat_gateway(lab: &Lab, server: &Node) -> Option<IpAddr> {
    let by_nat = lab.services.iter().find(|service| {
        let mut destinations = service.destinations.iter();
        destinations.any(|d| d.real_server == server.name && d.forwarding == ForwardingMethod::Nat)
    })?;
    let director = by_nat.directors.first().and_then(|name| lab.node(name))?;
    shared_address(director, server)
}

/// The address of `of` on the first network that it shares with `with`.
fn shared_address(of: &Node, with: &Node) -> Option<IpAddr> {
    let shared = |i: &&crate::lab::Interface| with.interface_in(&i.network).is_some();
    of.interfaces.iter().find(shared).map(|i| i.address.addr())
}
