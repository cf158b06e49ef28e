use crate::kernel::Health;
use crate::lab::OnFailure;
use crate::plan::{CheckedService, DestinationEntry};
use std::net::SocketAddr;

/// A virtual service and what is known of its real servers: the destinations that its table
/// should have follow from that, as keepalived has it (`ipwrapper.c`).
#[derive(Debug)]
pub(super) struct Service {
    /// What it is.
    pub(super) plan: CheckedService,
    health: Vec<Health>,
    /// Whether it has quorum.
    pub(super) quorum: QuorumState,
}

/// Whether a virtual service has enough servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QuorumState {
    /// It has.
    Held,
    /// It has not: the sorry server serves, if there is one.
    Lost,
}

/// One change of the destinations of a virtual service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Adds a destination, or brings the one that is there to these values.
    Put(DestinationEntry),
    /// Deletes a destination.
    Delete(SocketAddr),
}

impl Change {
    /// The destination that changes.
    pub(super) fn address(&self) -> SocketAddr {
        match self {
            Self::Put(entry) => entry.address,
            Self::Delete(address) => *address,
        }
    }
}

impl Service {
    /// Every server is up.
    pub(super) fn new(plan: CheckedService) -> Self {
        let health = vec![Health::Up; plan.servers.len()];
        let mut service = Self { plan, health, quorum: QuorumState::Lost };
        service.count();
        service
    }

    /// Takes note of a server's health.
    pub(super) fn note(&mut self, server: usize, health: Health) {
        self.health[server] = health;
        self.count();
    }

    /// What a server was said to be last.
    pub(super) fn health(&self, server: usize) -> Health {
        self.health[server]
    }

    /// The weights of the servers that are up, together.
    pub(super) fn weight(&self) -> u64 {
        let up = self.plan.servers.iter().zip(&self.health).filter(|(_, h)| **h == Health::Up);
        up.map(|(server, _)| u64::from(server.entry.weight)).sum()
    }

    /// keepalived's `update_quorum_state`.
    fn count(&mut self) {
        let (weight, quorum) = (self.weight(), self.plan.quorum);
        let (needed, slack) = (u64::from(quorum.weight), u64::from(quorum.hysteresis));
        self.quorum = match self.quorum {
            QuorumState::Lost if weight >= needed + slack => QuorumState::Held,
            QuorumState::Held if weight == 0 || weight + slack < needed => QuorumState::Lost,
            same => same,
        };
    }

    /// The sorry server, while it serves.
    pub(super) fn sorry_server(&self) -> Option<&DestinationEntry> {
        self.plan.sorry_server.as_ref().filter(|_| self.quorum == QuorumState::Lost)
    }

    /// The destinations that the table should have: the sorry server if it serves, then the real
    /// servers in their order.
    pub(super) fn wanted(&self) -> Vec<DestinationEntry> {
        let sorry = self.sorry_server();
        let others = self.plan.servers.iter().zip(&self.health).filter_map(|(server, health)| {
            let entry = server.entry.clone();
            match (sorry, *health, self.plan.check.on_failure) {
                (Some(sorry), ..) if sorry.address == entry.address => None,
                (None, Health::Up, _) => Some(entry),
                (_, _, OnFailure::Quiesce) => Some(DestinationEntry { weight: 0, ..entry }),
                (_, _, OnFailure::Remove) => None,
            }
        });
        sorry.cloned().into_iter().chain(others).collect()
    }
}

/// What turns these destinations into those. Additions come first, so that at no time the table
/// has fewer destinations than before and after.
pub(super) fn changes(from: &[DestinationEntry], to: &[DestinationEntry]) -> Vec<Change> {
    let puts = to.iter().filter(|entry| !from.contains(entry)).cloned().map(Change::Put);
    let gone = from.iter().map(|entry| entry.address);
    let gone = gone.filter(|address| to.iter().all(|entry| entry.address != *address));
    puts.chain(gone.map(Change::Delete)).collect()
}

#[cfg(test)]
mod tests;
