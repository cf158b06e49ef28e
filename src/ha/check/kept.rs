use super::service::{Change, QuorumState, Service, changes};
use super::table::{Table, Written};
use super::watch::Finding;
use crate::kernel::Health;
use crate::plan::CheckedService;
use std::net::SocketAddr;

/// A virtual service with its entries in the table. What there is to say of it is returned, for
/// the log.
pub(super) struct Kept {
    pub(super) service: Service,
    written: Written,
    /// Why each server failed last, since it last had a good attempt.
    failures: Vec<Option<String>>,
}

impl Kept {
    /// Every server is up, whatever an earlier checker has left in the table.
    pub(super) fn new(plan: CheckedService) -> Self {
        let entries = plan.servers.iter().map(|server| &server.entry).chain(&plan.sorry_server);
        let written = Written::new(plan.service.key, entries.map(|e| e.address).collect());
        let failures = vec![None; plan.servers.len()];
        Self { service: Service::new(plan), written, failures }
    }

    /// What is so from the beginning.
    pub(super) fn begin(&self) -> Option<String> {
        (self.service.quorum == QuorumState::Lost).then(|| self.quorum())
    }

    /// Brings the table to what is wanted, and says what it refused.
    pub(super) async fn write(&mut self, table: &mut impl Table) -> Vec<String> {
        let refused = self.written.bring(&self.service.wanted(), table).await;
        let vip = self.name();
        refused.iter().map(|refused| format!("service {vip}: {refused}")).collect()
    }

    /// Says why an attempt failed; of a server that is down, only when that is news.
    pub(super) fn attempt(&mut self, finding: &Finding) -> Option<String> {
        let (number, step) = (finding.of.server, finding.step);
        let failure = finding.failure.as_ref().map(ToString::to_string);
        let news = self.service.health(number) == Health::Up || self.failures[number] != failure;
        self.failures[number].clone_from(&failure);
        let text = format!("{}: {}", self.server(number), failure.filter(|_| news)?);
        Some(match step.attempts {
            1 => text,
            attempts => format!("{text} (attempt {} of {attempts})", step.attempt),
        })
    }

    /// Why a server failed last, since it last had a good attempt.
    pub(super) fn failure(&self, server: usize) -> Option<&str> {
        self.failures[server].as_deref()
    }

    /// Takes note of a server's new health, and says what became of it and of the quorum.
    pub(super) fn turn(&mut self, number: usize, health: Health) -> Vec<String> {
        let (before, quorum) = (self.service.wanted(), self.service.quorum);
        self.service.note(number, health);
        let verb = match health {
            Health::Up => "serves again",
            Health::Down => "failed",
        };
        let changes = changes(&before, &self.service.wanted());
        let address = self.service.plan.servers[number].entry.address;
        let mut said =
            vec![format!("{} {verb}{}", self.server(number), self.effect(address, &changes))];
        if self.service.quorum != quorum {
            said.push(self.quorum());
        }
        said
    }

    fn effect(&self, server: SocketAddr, changes: &[Change]) -> String {
        let vip = self.name();
        let change = changes.iter().find(|change| change.address() == server);
        match change {
            Some(Change::Put(entry)) => format!("; weight {} in {vip}", entry.weight),
            Some(Change::Delete(_)) => format!("; removed from {vip}"),
            None => String::new(),
        }
    }

    fn quorum(&self) -> String {
        let service = &self.service;
        let (weight, needed) = (service.weight(), service.plan.quorum.weight);
        let sorry = service.plan.sorry_server.as_ref().map(|entry| entry.address);
        let (verb, then) = match service.quorum {
            QuorumState::Held => ("has quorum again", "rests"),
            QuorumState::Lost => ("lost quorum", "serves"),
        };
        let then = sorry.map(|sorry| format!("; sorry server {sorry} {then}")).unwrap_or_default();
        format!("service {} {verb} ({weight} of {needed}){then}", self.name())
    }

    /// As in "10.0.0.100:80", or "firewall mark 1".
    fn name(&self) -> String {
        let key = self.service.plan.service.key;
        key.address().map_or_else(|| key.to_string(), |address| address.to_string())
    }

    /// As in "rs1 10.0.0.2:80".
    fn server(&self, number: usize) -> String {
        let server = &self.service.plan.servers[number];
        format!("{} {}", server.name, server.entry.address)
    }
}

#[cfg(test)]
mod tests;
