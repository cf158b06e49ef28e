use super::ServiceKey;
use crate::lab::{
    Destination, ForwardingMethod, Persistence, Scheduled, Scheduler, SchedulerFlag, Thresholds,
    Tunnel, VirtualService,
};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// A virtual service as a director's table holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceEntry {
    /// Its identity.
    pub key: ServiceKey,
    /// The scheduler.
    pub scheduler: Scheduler,
    /// The scheduler's flags.
    pub flags: Vec<SchedulerFlag>,
    /// Persistence, where asked for.
    pub persistence: Option<Persistence>,
    /// What the scheduler is asked for.
    pub scheduled: Scheduled,
}

/// A real server as a director's table holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationEntry {
    /// The RIP and the port there.
    pub address: SocketAddr,
    /// The forwarding method.
    pub forwarding: ForwardingMethod,
    /// The tunnel, where the method is TUN.
    pub tunnel: Tunnel,
    /// The weight; 0 means quiesced.
    pub weight: u32,
    /// Connection limits.
    pub thresholds: Thresholds,
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
