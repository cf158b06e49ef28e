use super::{DestinationEntry, ServiceEntry, ServiceKey};
use crate::lab::{Destination, VirtualService};
use std::net::SocketAddr;

/// The virtual service as a director's table holds it.
impl From<&VirtualService> for ServiceEntry {
    fn from(service: &VirtualService) -> Self {
        Self {
            key: ServiceKey {
                protocol: service.protocol,
                address: SocketAddr::new(service.vip, service.port),
            },
            scheduler: service.scheduler,
            flags: service.flags.clone(),
            persistence: service.persistence,
        }
    }
}

/// The real server as a director's table holds it.
impl From<&Destination> for DestinationEntry {
    fn from(destination: &Destination) -> Self {
        Self {
            address: SocketAddr::new(destination.address, destination.port),
            forwarding: destination.forwarding,
            weight: destination.weight,
            thresholds: destination.thresholds,
        }
    }
}
