use super::backends::Backends;
use super::faults::Faults;
use super::hands::Hands;
use super::{Assignment, FaultError};
use crate::engine::{self, BuildError, Cancel, EngineError, Journal, Stop, Tools};
use crate::kernel::{Linux, Names};
use crate::lab::{Fault, Healing, Lab};
use crate::report::Event;
use tokio::sync::mpsc;

/// A lab that the calling process holds itself, for as long as this lives.
pub struct Foreground {
    lab: Lab,
    kernel: Linux,
    journal: Journal,
    faults: Faults,
}

impl Foreground {
    /// Builds it. Runs inside a tokio runtime, which serves the backends whenever it is awaited.
    pub async fn build(
        assignment: &Assignment,
        events: &mut dyn FnMut(Event),
    ) -> Result<Self, BuildError> {
        let (mut kernel, _) = hands(assignment);
        let plan = assignment.plan();
        let mut journal = Journal::open(&assignment.dir).map_err(|error| BuildError {
            stop: Stop::Failed(EngineError::from(error)),
            step: 1,
            total: plan.steps.len(),
            left: Vec::new(),
        })?;
        let cancel = Cancel::never();
        let tools = Tools { kernel: &mut kernel, journal: &mut journal, events, cancel: &cancel };
        engine::build(&plan, tools).await?;
        kernel.rest();
        let lab = assignment.lab.clone();
        Ok(Self { lab, kernel, journal, faults: Faults::default() })
    }

    /// Breaks something, or leaves everything as it was.
    pub async fn disturb(&mut self, fault: &Fault) -> Result<(), FaultError> {
        let hands = Hands { kernel: &mut self.kernel, journal: &mut self.journal };
        self.faults.disturb(&self.lab, fault, hands).await.map(drop)
    }

    /// Mends what was broken. What was not broken needs no mending.
    pub async fn heal(&mut self, healing: &Healing) -> Result<(), FaultError> {
        let hands = Hands { kernel: &mut self.kernel, journal: &mut self.journal };
        self.faults.heal(healing, hands).await.map(drop)
    }

    /// The kernel, for reading back what is there.
    pub fn kernel(&mut self) -> &mut Linux {
        &mut self.kernel
    }

    /// Lets go of the lab, so that it can be cleaned up.
    pub fn end(mut self) {
        self.kernel.rest();
    }
}

/// A kernel for a lab, and the backends that it orders. Runs inside a tokio runtime.
pub(super) fn hands(assignment: &Assignment) -> (Linux, Backends) {
    let (orders, ordered) = mpsc::unbounded_channel();
    let dir = assignment.dir.path();
    let names = Names::new(assignment.lab.name.clone(), dir, assignment.names.clone());
    let backends = Backends::default();
    tokio::spawn(backends.clone().serve(ordered));
    (Linux::new(names, orders), backends)
}
