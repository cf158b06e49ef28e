use super::super::rule;
use super::{View, link::described, reach, trust::Ground};
use crate::lab::{
    Destination, ForwardingMethod, Node, Place, Role, StepAction, Target, VirtualService,
};
use std::net::IpAddr;

/// Replies of NAT that the director does not see, and so does not rewrite.
pub fn check(view: &mut View<'_>) {
    hairpins(view);
    if !view.trusts(&[Ground::Ways, Ground::Vips, Ground::Routers]) {
        return;
    }
    for (service, destination, server) in view.destinations() {
        let nat = destination.forwarding == ForwardingMethod::Nat;
        // Where its gateway leads, another rule tells.
        let told = view.blamed(&server.at.key("gateway"));
        if !nat || told || service.directors.contains(&server.name) {
            continue;
        }
        let reply = Reply { service, destination, server };
        for client in view.lab.with_role(Role::Client).collect::<Vec<_>>() {
            reply.to(client, view);
        }
    }
}

/// What a real server answers.
struct Reply<'l> {
    service: &'l VirtualService,
    destination: &'l Destination,
    server: &'l Node,
}

impl Reply<'_> {
    fn to(&self, client: &Node, view: &mut View<'_>) {
        let Self { service, server, .. } = self;
        let lab = view.lab;
        let asks = reach::arrives(lab, client, &reach::Goal::vip(service));
        if !asks || !view.sure(&client.at) {
            return;
        }
        let Some((cip, bypass)) = client.addresses().find_map(|cip| {
            let way = reach::way(lab, server, cip);
            let passes = way.nodes.iter().any(|node| service.directors.contains(&node.name));
            let is_told = way.nodes.iter().any(|node| view.is_astray(&node.name));
            let end = matches!(way.end, reach::End::Link(n) if client.interface_in(n).is_some());
            (end && !passes && !is_told).then_some((cip, reach::leaves_by(lab, server, cip)?))
        }) else {
            return;
        };
        let Some(link) = server.interface_in(bypass) else { return };
        let is_rip = link.address.addr() == self.destination.address;
        // That VIP and RIP are on one link is another rule's.
        if is_rip && link.address.contains(&service.vip) {
            return;
        }
        view.push(rule::ROUND_DIRECTOR.at(
            &self.cause(client, cip, link),
            format!(
                "replies of `{}` to {} go by `{bypass}`, past the director",
                server.name,
                described(client)
            ),
            format!(
                "the director must rewrite each reply of NAT: else the client sees `{}` answer, \
                 whom it never asked. Leave the link or the route out, or use FULLNAT",
                self.destination.address
            ),
        ));
    }

    /// What in the file makes the reply go that way.
    fn cause(&self, client: &Node, cip: IpAddr, link: &crate::lab::Interface) -> Place {
        let on_link = link.address.contains(&cip);
        let routes = self.server.routes.iter();
        let route = routes.filter(|r| r.destination.contains(&cip) && !on_link);
        let route = route.max_by_key(|r| r.destination.prefix_len());
        let is_rip = link.address.addr() == self.destination.address;
        match (route, client.interface_in(&link.network)) {
            (Some(route), _) => route.at.clone(),
            (None, Some(near)) if is_rip => near.at.clone(),
            (None, _) => link.at.clone(),
        }
    }
}

/// Requests of a real server of NAT to a VIP of its own.
fn hairpins(view: &mut View<'_>) {
    for step in view.lab.scenarios.iter().flat_map(|scenario| &scenario.steps) {
        let (key, from, target) = match &step.action {
            StepAction::Request(request) => ("request", &request.from, &request.target),
            StepAction::Load(load) => ("load", &load.from, &load.target),
            _ => continue,
        };
        let mine = |(service, d, node): &(&VirtualService, &Destination, &Node)| {
            d.forwarding == ForwardingMethod::Nat
                && node.name == *from
                && node.role == Role::RealServer
                && asks(target, service)
        };
        if let Some((service, ..)) = view.destinations().into_iter().find(mine) {
            view.push(rule::HAIRPIN.at(
                &step.at.key(key).key("from"),
                format!("`{from}` asks `{}`, whose real server it is", service.name),
                "ask from a client, or use FULLNAT: with NAT the request comes back with the real \
                 server's own address as its source, or the reply of its neighbour never passes \
                 the director",
            ));
        }
    }
}

fn asks(target: &Target, service: &VirtualService) -> bool {
    match target {
        Target::Service(name) | Target::Port(name, _) => *name == service.name,
        Target::Address(endpoint) => {
            let (ip, port) = (endpoint.address.ip(), endpoint.address.port());
            ip == service.vip && service.ports().contains(&port)
        }
    }
}
