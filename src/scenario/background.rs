use super::scene::{Broken, LoadSeen, Scene};
use super::{Seen, Sight, Stage};
use crate::lab::{Endpoint, Fault, Healing, Load};
use crate::report::{Incident, IncidentKind};
use crate::traffic::Sample;
use std::time::Duration;

/// What goes on beside the steps of one scenario: its load, its faults, and the watch over its
/// directors. Times are on the stage's clock.
#[derive(Default)]
pub(super) struct Background {
    /// Since when the directors are watched: what was seen by then was there before.
    watched: Option<Duration>,
    load: Option<Running>,
    broken: Vec<Broken>,
    /// The requests of loads before the last one.
    pub earlier: Vec<Sample>,
    /// What the steps did, for the timeline.
    pub done: Vec<Incident>,
}

struct Running {
    load: Load,
    target: Endpoint,
    begun: Duration,
    stopped: Option<Duration>,
}

impl Background {
    /// Whether anything goes on that a timeline would show.
    pub fn is_eventful(&self) -> bool {
        self.watched.is_some()
    }

    /// What changed in the directors; what was there before is left out, but for who holds a VIP.
    pub fn changes<S: Stage>(&self, stage: &mut S) -> Vec<Sight> {
        let Some(watched) = self.watched else { return Vec::new() };
        let mut sights = stage.sights();
        sights.retain(|sight| sight.at > watched || matches!(sight.seen, Seen::Holds(_)));
        sights
    }

    /// Begins a load.
    ///
    /// # Errors
    /// If one is running, or it cannot begin.
    pub fn begin_load<S: Stage>(
        &mut self,
        stage: &mut S,
        load: &Load,
        target: Endpoint,
    ) -> Result<(), String> {
        self.watch(stage)?;
        if self.is_loaded() {
            return Err("a load is running already".to_owned());
        }
        let last = self.load_seen(stage).map(|load| load.samples);
        self.earlier.extend(last.unwrap_or_default());
        let begun = stage.begin_load(load, target)?;
        self.load = Some(Running { load: load.clone(), target, begun, stopped: None });
        Ok(())
    }

    /// Ends the load; none running is no error.
    pub async fn stop_load<S: Stage>(&mut self, stage: &mut S) {
        if let Some(running) = self.load.as_mut().filter(|running| running.stopped.is_none()) {
            running.stopped = Some(stage.now());
            stage.stop_load().await;
        }
    }

    fn is_loaded(&self) -> bool {
        self.load.as_ref().is_some_and(|running| running.stopped.is_none())
    }

    /// Breaks something.
    ///
    /// # Errors
    /// If it cannot be broken.
    pub async fn disturb<S: Stage>(&mut self, stage: &mut S, fault: &Fault) -> Result<(), String> {
        self.watch(stage)?;
        let at = stage.now();
        self.tell(at, IncidentKind::Fault, fault.to_string());
        // In force even if it came only half way: it is to be healed.
        self.broken.push(Broken { at, done: at, fault: fault.clone(), in_force: true });
        let disturbed = stage.disturb(fault).await;
        if let Some(broken) = self.broken.last_mut() {
            broken.done = stage.now();
        }
        disturbed
    }

    /// Mends what was broken.
    ///
    /// # Errors
    /// If it cannot be mended.
    pub async fn heal<S: Stage>(&mut self, stage: &mut S, healing: &Healing) -> Result<(), String> {
        self.watch(stage)?;
        self.tell(stage.now(), IncidentKind::Heal, super::words::healing(healing));
        stage.heal(healing).await?;
        for broken in &mut self.broken {
            let is_meant = match healing {
                Healing::All => true,
                Healing::Node(node) => &broken.fault.node == node,
            };
            broken.in_force &= !is_meant;
        }
        Ok(())
    }

    /// Whether anything is still broken.
    pub fn is_broken(&self) -> bool {
        self.broken.iter().any(|broken| broken.in_force)
    }

    /// All that was seen so far.
    pub async fn scene<S: Stage>(&self, stage: &mut S) -> Scene {
        let sights = if self.is_eventful() { stage.sights() } else { Vec::new() };
        let load = self.load_seen(stage);
        Scene { look: stage.look().await, sights, broken: self.broken.clone(), load }
    }

    /// What came of the last load.
    ///
    /// # Errors
    /// If there was none, or it broke off.
    pub fn load_seen<S: Stage>(&self, stage: &S) -> Result<LoadSeen, String> {
        let running = self.load.as_ref().ok_or("no load was begun before")?;
        let Running { load, target, begun, stopped } = running;
        let mut samples = stage.load_samples()?;
        samples.iter_mut().for_each(|sample| sample.started += *begun);
        let (until, running) = (stopped.unwrap_or_else(|| stage.now()), stopped.is_none());
        let (load, target, begun) = (load.clone(), *target, *begun);
        Ok(LoadSeen { load, target, begun, until, running, samples })
    }

    fn watch<S: Stage>(&mut self, stage: &mut S) -> Result<(), String> {
        if self.watched.is_none() {
            stage.watch()?;
            self.watched = Some(stage.now());
        }
        Ok(())
    }

    fn tell(&mut self, at: Duration, kind: IncidentKind, text: String) {
        self.done.push(Incident { at_micros: at.as_micros() as u64, kind, text });
    }
}
