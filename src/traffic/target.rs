use crate::lab::{Lab, Target};
use std::net::SocketAddr;

/// The address and port that a target means in a lab; none for a virtual service that it has not.
pub fn destination(lab: &Lab, target: &Target) -> Option<SocketAddr> {
    match target {
        Target::Address(address, port) => Some(SocketAddr::new(*address, *port)),
        Target::Port(name, port) => {
            lab.service(name).map(|service| SocketAddr::new(service.vip, *port))
        }
        Target::Service(name) => {
            lab.service(name).map(|service| SocketAddr::new(service.vip, service.port))
        }
    }
}
