use super::choice::Unpredictable;
use super::failover::Failover;
use super::hash::{DestinationHash, SourceHash};
use super::least::Least;
use super::list::{Change, List};
use super::locality::{Locality, Replication};
use super::maglev::Maglev;
use super::round_robin::{RoundRobin, WeightedRoundRobin};
use crate::lab::{Scheduler, SchedulerFlag, VirtualService};
use std::net::{IpAddr, SocketAddr};

/// What a scheduler sees of a connection's first packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    /// The client's address and port (CIP).
    pub client: SocketAddr,
    /// The address that it talks to.
    pub vip: IpAddr,
}

/// A scheduler and its memory.
pub(super) trait Schedule {
    /// The index of the destination for a new connection; none if no destination is available.
    fn choose(&mut self, list: &List, packet: Packet) -> Chosen;

    /// A destination was added, edited or removed, and the list is so now.
    fn changed(&mut self, _list: &List, _change: Change) {}
}

/// The index of a destination, none where the connection is refused.
pub(super) type Chosen = Result<Option<usize>, Unpredictable>;

/// The scheduler of a service that has no destinations yet.
///
/// # Errors
/// If its choices are random (twos).
pub(super) fn scheduler(
    service: &VirtualService,
) -> Result<Box<dyn Schedule + Send>, Unpredictable> {
    Ok(match service.scheduler {
        Scheduler::Rr => Box::new(RoundRobin::default()),
        Scheduler::Wrr => Box::new(WeightedRoundRobin::default()),
        Scheduler::Lc => Box::new(Least::Connections),
        Scheduler::Wlc => Box::new(Least::WeightedConnections),
        Scheduler::Sed => Box::new(Least::Delay),
        Scheduler::Nq => Box::new(Least::DelayUnlessIdle),
        Scheduler::Lblc => Box::new(Locality::default()),
        Scheduler::Lblcr => Box::new(Replication::default()),
        Scheduler::Dh => Box::new(DestinationHash),
        Scheduler::Sh => Box::new(SourceHash::new(HashFlags::of(service))),
        Scheduler::Mh => Box::new(Maglev::new(service)),
        Scheduler::Fo => Box::new(Failover::HighestWeight),
        Scheduler::Ovf => Box::new(Failover::Overflow),
        Scheduler::Twos => return Err(Unpredictable::Random(Scheduler::Twos)),
    })
}

/// The flags of the schedulers that hash the client (`IP_VS_SVC_F_SCHED1` and `2`).
#[derive(Clone, Copy, Debug)]
pub(super) struct HashFlags {
    /// Whether another destination serves where the hashed one is not available.
    pub fallback: bool,
    /// Whether the client's port takes part in the hash.
    pub port: bool,
}

impl HashFlags {
    /// Those of a service.
    pub fn of(service: &VirtualService) -> Self {
        let has = |flag| service.flags.contains(&flag);
        Self { fallback: has(SchedulerFlag::Fallback), port: has(SchedulerFlag::Port) }
    }

    /// The sum that is hashed: the client's address, and its port where it counts.
    pub fn key(self, client: SocketAddr) -> u32 {
        let port = if self.port { client.port() } else { 0 };
        super::hash::fold(client.ip()).wrapping_add(port.into())
    }
}
