use super::{Look, Seen, Sight};
use crate::lab::{Endpoint, Fault, FaultKind, Load, NodeName};
use crate::traffic::Sample;
use std::net::IpAddr;
use std::time::Duration;

/// All that was seen of a scenario up to one moment. Every time is on the stage's clock.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    /// The directors at this moment, or why nobody could look.
    pub look: Result<Look, String>,
    /// What changed in the directors, oldest first.
    pub sights: Vec<Sight>,
    /// What the scenario broke, in order.
    pub broken: Vec<Broken>,
    /// Its load, running or ended; an error says that it has none, or that it broke off.
    pub load: Result<LoadSeen, String>,
}

/// A fault of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// When it was about to be done.
    pub at: Duration,
    /// When it was done: what began later began under it.
    pub done: Duration,
    /// What it was.
    pub fault: Fault,
    /// Whether it is still in force.
    pub in_force: bool,
}

/// What came of a load.
#[derive(Clone, Debug)]
pub(super) struct LoadSeen {
    pub load: Load,
    pub target: Endpoint,
    pub begun: Duration,
    /// This moment, or when it was stopped.
    pub until: Duration,
    /// Whether it goes on.
    pub running: bool,
    /// The requests that have ended, in the order of their ends.
    pub samples: Vec<Sample>,
}

impl LoadSeen {
    /// Whether requests that were under way at a moment may be so still.
    pub fn awaits(&self, moment: Duration) -> bool {
        self.running && self.until < moment + self.load.timeout
    }

    /// The requests that were sent at a moment or later.
    pub fn sent_from(&self, moment: Duration) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(move |sample| sample.sent() >= moment)
    }
}

impl Scene {
    /// Nobody looked.
    pub fn unseen() -> Self {
        let nobody = || "nobody looked".to_owned();
        Self { look: Err(nobody()), sights: Vec::new(), broken: Vec::new(), load: Err(nobody()) }
    }

    /// The load, if anything came of it yet.
    ///
    /// # Errors
    /// Why nothing can be said of it.
    pub fn measured_load(&self) -> Result<&LoadSeen, String> {
        let load = self.load.as_ref().map_err(Clone::clone)?;
        if load.samples.is_empty() {
            return Err("no request of the load has ended yet".to_owned());
        }
        Ok(load)
    }

    /// The last fault that came while a load ran.
    pub fn last_under(&self, load: &LoadSeen) -> Option<&Broken> {
        let during = |broken: &&Broken| broken.done >= load.begun && broken.at <= load.until;
        self.broken.iter().rev().find(during)
    }

    /// Why it is too early to say what the last fault did to the load.
    pub fn too_early(&self) -> Option<String> {
        let load = self.load.as_ref().ok()?;
        let fault = self.last_under(load).filter(|fault| load.awaits(fault.done))?;
        Some(format!("requests that were under way at `{}` may be so still", fault.fault))
    }

    /// The last fault, of those that are wanted.
    pub fn last_fault(&self, wanted: impl Fn(&Fault) -> bool) -> Option<&Broken> {
        self.broken.iter().rev().find(|broken| wanted(&broken.fault))
    }

    /// Whether a director takes part: it has power, daemons, and cables.
    pub fn lives(&self, director: &NodeName) -> bool {
        let is_cut_off = |fault: &Fault| fault.kind == FaultKind::Isolate;
        !self.is_silent(director) && !self.suffers(director, is_cut_off)
    }

    /// Whether a fault has ended a director's daemons.
    pub fn is_silent(&self, director: &NodeName) -> bool {
        use FaultKind::{Kill, KillDaemons, Stop};
        self.suffers(director, |fault| matches!(fault.kind, Kill | KillDaemons | Stop))
    }

    fn suffers(&self, node: &NodeName, wanted: impl Fn(&Fault) -> bool) -> bool {
        self.broken.iter().any(|b| b.in_force && &b.fault.node == node && wanted(&b.fault))
    }

    /// Who held a VIP at a moment, as far as it was seen.
    pub fn holders_at(&self, vip: IpAddr, at: Duration) -> Vec<&NodeName> {
        let mut holders = Vec::new();
        for sight in self.sights.iter().take_while(|sight| sight.at <= at) {
            match &sight.seen {
                Seen::Holds(address) if *address == vip => holders.push(&sight.director),
                Seen::Lost(address) if *address == vip => {
                    holders.retain(|holder| **holder != sight.director);
                }
                _ => {}
            }
        }
        holders
    }
}
