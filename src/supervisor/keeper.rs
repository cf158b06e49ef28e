use super::{Blueprint, Farm, Ground, Status};
use crate::engine::{BuildError, Cancel, Journal, Tools, build};
use crate::kernel::Kernel;
use crate::lab::LabName;
use crate::report::Event;
use crate::state::{Process, Provider, Record, StateError};
use std::time::{Duration, SystemTime};

/// Who holds a lab: what it was built from, and everything needed to change it.
pub struct Keeper<K> {
    pub(super) ground: Ground,
    pub(super) blueprint: Blueprint,
    pub(super) journal: Journal,
    pub(super) kernel: Box<dyn Fn() -> K>,
    farm: Farm,
    since: SystemTime,
}

impl<K: Kernel> Keeper<K> {
    /// Writes down that the calling process is in charge of the lab. A kernel is asked for anew
    /// for each piece of work: what it holds open costs memory, and keeps namespaces alive.
    ///
    /// # Errors
    ///
    /// The record or the journal cannot be written.
    pub fn found(
        ground: Ground,
        blueprint: Blueprint,
        farm: Farm,
        kernel: Box<dyn Fn() -> K>,
    ) -> Result<Self, StateError> {
        let journal = Journal::open(&ground.directory)?;
        let keeper = Self { ground, blueprint, journal, kernel, farm, since: SystemTime::now() };
        keeper.write_record()?;
        Ok(keeper)
    }

    /// Builds the lab, or undoes what was done of it.
    pub async fn build(
        &mut self,
        events: &mut dyn FnMut(Event),
        cancel: &Cancel,
    ) -> Result<Duration, BuildError> {
        let kernel = &mut (self.kernel)();
        let tools = Tools { kernel, journal: &mut self.journal, events, cancel };
        build(&self.blueprint.plan, tools).await
    }

    /// The lab's name.
    pub fn lab(&self) -> &LabName {
        &self.blueprint.lab.name
    }

    /// How the lab is.
    pub fn status(&self) -> Status {
        let blueprint = self.blueprint.clone();
        Status { since: self.since, backends: self.farm.status(), blueprint }
    }

    pub(super) fn write_record(&self) -> Result<(), StateError> {
        let record = Record {
            lab: self.lab().clone(),
            provider: Provider::Host,
            supervisor: Process::current()?,
            source: self.blueprint.source.clone(),
            since: self.since,
        };
        record.write(&self.ground.directory)
    }
}
