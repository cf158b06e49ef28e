use super::kept::Kept;
use super::table::Table;
use super::watch::Finding;
use crate::ha::log::log;
use crate::kernel::{Health, HealthChange, record_health};
use crate::plan::CheckedService;
use std::path::PathBuf;

/// Turns findings into changes of the table, a record and a log.
pub(super) struct Keeper<T> {
    table: T,
    directory: PathBuf,
    services: Vec<Kept>,
}

impl<T: Table> Keeper<T> {
    /// Every server is up.
    pub(super) fn new(services: Vec<CheckedService>, directory: PathBuf, table: T) -> Self {
        let services = services.into_iter().map(Kept::new).collect();
        Self { table, directory, services }
    }

    /// Writes what is wanted before anything is known of the servers: all of them with their
    /// weights and no sorry server, or the other way round where even all of them are too few.
    pub(super) async fn begin(&mut self) {
        for kept in &mut self.services {
            kept.begin().into_iter().for_each(log);
            kept.write(&mut self.table).await.into_iter().for_each(log);
        }
    }

    /// Takes note of a finding, and tries again what the table has refused.
    pub(super) async fn take(&mut self, finding: Finding) {
        let kept = &mut self.services[finding.of.service];
        kept.attempt(&finding).into_iter().for_each(log);
        if let Some(health) = finding.step.change {
            kept.turn(finding.of.server, health).into_iter().for_each(log);
        }
        kept.write(&mut self.table).await.into_iter().for_each(log);
        if let Some(health) = finding.step.change {
            self.record(&finding, health);
        }
    }

    fn record(&self, finding: &Finding, health: Health) {
        let kept = &self.services[finding.of.service];
        let plan = &kept.service.plan;
        let server = plan.servers[finding.of.server].entry.address;
        let (at, service) = (finding.at, plan.service.key);
        let reason = kept.failure(finding.of.server).map(str::to_owned);
        let change = HealthChange { at, service, server, health, reason };
        if let Err(error) = record_health(&self.directory, &change) {
            log(format_args!("cannot record that {} is {health}: {error}", change.server));
        }
    }
}
