//! A lab that is up, as the stage of its scenarios.

mod command;
mod directors;
mod evidence;
mod holder;
mod path;

pub use self::holder::Holder;

use self::directors::{Clock, Directors};
use self::path::Before;
use super::sockets::NodeSockets;
use crate::kernel::{Packets, Watch, state_changes};
use crate::lab::{
    Endpoint, Fault, Healing, Lab, Load, NodeName, Place, Request, RunCommand, Scenario, Source,
};
use crate::report::Evidence;
use crate::scenario::{CommandOutput, Look, Sight, Stage};
use crate::state::LabDir;
use crate::topology::Document;
use crate::traffic::{self, Held, RunningLoad, Sample, UnusedPorts};
use std::time::{Duration, SystemTime};

/// A lab that is up under its names, for scenarios to play in.
pub struct LabStage<'a> {
    lab: &'a Lab,
    source: &'a Source,
    document: Document<'a>,
    held: Holder<'a>,
    directors: Directors<'a>,
    clock: Clock,
    held_open: Held,
    ports: UnusedPorts,
    load: Option<RunningLoad>,
    watch: Option<(Watch, SystemTime)>,
    /// Where a scenario's packets go.
    path: Vec<NodeName>,
    packets: Option<Packets>,
    before: Before,
}

impl<'a> LabStage<'a> {
    /// A lab, what it was built from, its directory, and who holds it.
    pub fn new(lab: &'a Lab, source: &'a Source, dir: &'a LabDir, held: Holder<'a>) -> Self {
        let (directors, clock) = (Directors { lab, dir }, Clock::begin());
        let (held_open, ports) = (Held::default(), UnusedPorts::default());
        let (load, watch, packets) = (None, None, None);
        let (path, before) = (Vec::new(), Before::default());
        let document = Document::of(&source.text);
        Self {
            lab,
            source,
            document,
            held,
            directors,
            clock,
            held_open,
            ports,
            load,
            watch,
            path,
            packets,
            before,
        }
    }
}

impl Stage for LabStage<'_> {
    async fn request(
        &mut self,
        request: &Request,
        target: Endpoint,
    ) -> Result<Vec<Sample>, String> {
        let opened = NodeSockets::open(self.lab, &request.from);
        let mut sockets = opened.map_err(|failure| failure.message)?;
        let mut sockets = self.ports.on(&mut sockets);
        let sent = traffic::send(request, target, &mut sockets, &mut self.held_open).await;
        sent.map_err(|error| error.to_string())
    }

    async fn release(&mut self) {
        self.held_open.release().await;
    }

    async fn run(&mut self, command: &RunCommand) -> Result<CommandOutput, String> {
        command::run(&self.lab.namespace(&command.node), &command.shell).await
    }

    fn position(&self, at: &Place) -> String {
        match self.document.position(at) {
            Some(place) => format!("{}:{}:{}", self.source.name, place.line, place.column),
            None => self.source.name.clone(),
        }
    }

    fn now(&self) -> Duration {
        self.clock.now()
    }

    fn begin_load(&mut self, load: &Load, target: Endpoint) -> Result<Duration, String> {
        let sockets = NodeSockets::open(self.lab, &load.from).map_err(|failure| failure.message)?;
        let running = RunningLoad::begin(load, target, Box::new(sockets));
        let running = self.load.insert(running.map_err(|error| error.to_string())?);
        Ok(self.clock.at(running.begun()))
    }

    fn load_samples(&self) -> Result<Vec<Sample>, String> {
        self.load.as_ref().map_or(Ok(Vec::new()), RunningLoad::samples)
    }

    async fn stop_load(&mut self) {
        if let Some(load) = &mut self.load {
            load.stop().await;
        }
    }

    async fn disturb(&mut self, fault: &Fault) -> Result<(), String> {
        self.held.disturb(fault).await
    }

    async fn heal(&mut self, healing: &Healing) -> Result<(), String> {
        self.held.heal(healing).await
    }

    fn record(&mut self, scenario: &Scenario) {
        self.path = path::nodes(self.lab, scenario);
        self.before = Before::read(&self.path, self.held.kernel());
        // Evidence that cannot be had is no reason not to play.
        let places = self.directors.open(&self.path);
        self.packets = places.ok().and_then(|places| Packets::begin(places).ok());
    }

    fn watch(&mut self) -> Result<(), String> {
        let namespaces = self.directors.namespaces()?;
        let watch = Watch::begin(namespaces).map_err(|error| error.to_string())?;
        self.watch = Some((watch, SystemTime::now()));
        Ok(())
    }

    fn sights(&mut self) -> Vec<Sight> {
        let Some((watch, since)) = &self.watch else { return Vec::new() };
        let changes = watch.changes().into_iter();
        let mut sights: Vec<_> =
            changes.filter_map(|change| self.directors.sight(change, &self.clock)).collect();
        for director in self.directors.names() {
            let states = state_changes(&self.directors.daemons(director)).into_iter();
            let recent = states.filter(|change| change.at >= *since);
            sights.extend(recent.map(|change| directors::state(director, change, &self.clock)));
        }
        sights.sort_by_key(|sight| sight.at);
        sights
    }

    fn rest(&mut self) {
        (self.watch, self.packets, self.load) = (None, None, None);
    }

    async fn look(&mut self) -> Result<Look, String> {
        self.directors.look(self.held.kernel()).await
    }

    async fn evidence(&mut self) -> Vec<Evidence> {
        let kernel = self.held.kernel();
        let mut found = evidence::gather(&self.directors, kernel).await;
        found.extend(self.before.evidence(kernel).await);
        let packets = self.packets.iter();
        found.extend(packets.flat_map(|packets| evidence::packets(&self.path, packets)));
        found
    }
}
