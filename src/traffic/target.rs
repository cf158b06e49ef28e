use crate::lab::{Endpoint, Lab, Target, VirtualService};
use std::net::SocketAddr;

/// Where a target is in a lab; none for a virtual service that it has not.
pub fn destination(lab: &Lab, target: &Target) -> Option<Endpoint> {
    match target {
        Target::Address(endpoint) => Some(*endpoint),
        Target::Port(name, port) => lab.service(name).map(|service| at(service, *port)),
        Target::Service(name) => lab.service(name).map(|service| at(service, service.port)),
    }
}

fn at(service: &VirtualService, port: u16) -> Endpoint {
    let address = SocketAddr::new(service.vip, port);
    Endpoint { protocol: service.protocol, address }
}
