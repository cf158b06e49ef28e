use crate::lab::{Endpoint, Lab, Target};
use std::net::SocketAddr;

/// Where a target is in a lab; none for a virtual service that it has not.
pub fn destination(lab: &Lab, target: &Target) -> Option<Endpoint> {
    match target {
        Target::Address(endpoint) => Some(*endpoint),
        Target::Service(name) => {
            let service = lab.service(name)?;
            let address = SocketAddr::new(service.vip, service.port);
            Some(Endpoint { protocol: service.protocol, address })
        }
    }
}
