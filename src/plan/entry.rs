use super::{DestinationEntry, Family, ServiceEntry, ServiceKey};
use crate::lab::{
    Destination, ForwardingMethod, Scheduled, Scheduler, Thresholds, Tunnel, VirtualService,
};
use std::net::SocketAddr;

/// How a director's table knows the virtual service.
impl From<&VirtualService> for ServiceKey {
    fn from(service: &VirtualService) -> Self {
        match &service.marked {
            Some(marked) => Self::Mark(marked.mark, Family::of(service.vip)),
            None => Self::Address(service.protocol, SocketAddr::new(service.vip, service.port)),
        }
    }
}

impl ServiceEntry {
    /// A virtual service without flags or persistence.
    pub fn new(key: ServiceKey, scheduler: Scheduler) -> Self {
        let (flags, persistence) = (Vec::new(), None);
        Self { key, scheduler, flags, persistence, scheduled: Scheduled::Connections }
    }
}

impl DestinationEntry {
    /// A real server of weight 1 without limits; for TUN behind IPIP.
    pub fn new(address: SocketAddr, forwarding: ForwardingMethod) -> Self {
        let (tunnel, thresholds) = (Tunnel::Ipip, Thresholds::default());
        Self { address, forwarding, tunnel, weight: 1, thresholds }
    }
}

/// The virtual service as a director's table holds it.
impl From<&VirtualService> for ServiceEntry {
    fn from(service: &VirtualService) -> Self {
        Self {
            key: service.into(),
            scheduler: service.scheduler,
            flags: service.flags.clone(),
            persistence: service.persistence,
            scheduled: service.scheduled,
        }
    }
}

/// The real server as a director's table holds it.
impl From<&Destination> for DestinationEntry {
    fn from(destination: &Destination) -> Self {
        Self {
            address: SocketAddr::new(destination.address, destination.port),
            forwarding: destination.forwarding,
            tunnel: destination.tunnel,
            weight: destination.weight,
            thresholds: destination.thresholds,
        }
    }
}
