use super::choice::Unpredictable;
use super::destination::Destination;
use super::failover::Failover;
use super::hash::{DestinationHash, SourceHash};
use super::least::Least;
use super::locality::{Locality, Replication};
use super::maglev::Maglev;
use super::round_robin::{RoundRobin, WeightedRoundRobin};
use crate::lab::{Scheduler, SchedulerFlag, VirtualService};
use std::net::{IpAddr, SocketAddr};

/// What a scheduler sees of a connection's first packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    pub client: SocketAddr,
    pub vip: IpAddr,
}

/// A scheduler and its memory.
pub(super) trait Schedule {
    /// The position of the destination for a new connection, in the kernel's list; none if no
    /// destination is available.
    fn choose(&mut self, list: &[Destination], packet: Packet) -> Chosen;
}

/// A position in the kernel's list, none where the connection is refused.
pub(super) type Chosen = Result<Option<usize>, Unpredictable>;

/// The scheduler of a service, whose destinations are `list` in the kernel's order.
pub(super) fn scheduler(
    service: &VirtualService,
    list: &[Destination],
) -> Result<Box<dyn Schedule + Send>, Unpredictable> {
    Ok(match service.scheduler {
        Scheduler::Rr => Box::new(RoundRobin::default()),
        Scheduler::Wrr => Box::new(WeightedRoundRobin::new(list)),
        Scheduler::Lc => Box::new(Least::Connections),
        Scheduler::Wlc => Box::new(Least::WeightedConnections),
        Scheduler::Sed => Box::new(Least::Delay),
        Scheduler::Nq => Box::new(Least::DelayUnlessIdle),
        Scheduler::Lblc => Box::new(Locality::default()),
        Scheduler::Lblcr => Box::new(Replication::default()),
        Scheduler::Dh => Box::new(DestinationHash),
        Scheduler::Sh => Box::new(SourceHash::new(list, HashFlags::of(service))),
        Scheduler::Mh => Box::new(Maglev::new(service)),
        Scheduler::Fo => Box::new(Failover::HighestWeight),
        Scheduler::Ovf => Box::new(Failover::Overflow),
        Scheduler::Twos => return Err(Unpredictable::Random(Scheduler::Twos)),
    })
}

/// The flags of the schedulers that hash the client (`IP_VS_SVC_F_SCHED1` and `2`).
#[derive(Clone, Copy, Debug)]
pub(super) struct HashFlags {
    pub fallback: bool,
    pub port: bool,
}

impl HashFlags {
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
