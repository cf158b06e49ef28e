use super::{micros, tell};
use crate::cli::context::{Context, Setting};
use crate::cli::failure::Failure;
use crate::cli::private;
use crate::cli::running::{NAMES, state_dir};
use crate::cli::stage::{Holder, LabStage};
use crate::engine;
use crate::lab::{Lab, Source};
use crate::report::{Event, LabReport, ScenarioReport};
use crate::scenario::{self, History};
use crate::state::{LabDir, Lock, StateDir};
use crate::supervisor::{Assignment, Foreground};
use std::path::Path;
use std::time::Instant;

/// Builds a lab in this process, runs its scenarios, and takes it down. On the user's machine
/// nothing of it can be left, as its names are in a mount namespace that ends with this process.
pub fn play(
    (source, lab): (Source, Lab),
    context: &Context,
    report: &mut LabReport,
) -> Result<(), String> {
    let state = state(context).map_err(|failure| failure.message)?;
    let runtime = context.runtime().map_err(|failure| failure.message)?;
    runtime.block_on(Rehearsal { source, lab, state }.play(report))
}

/// A state directory of the worker's own. No lab can have its name, so that what labs of the user
/// have mounted below theirs, which is still in the list of mounts, is not taken for this one's.
fn state(context: &Context) -> Result<StateDir, Failure> {
    let user = state_dir(context)?;
    if context.setting == Setting::Machine {
        private::enter(&[Path::new(NAMES), user.path()])?;
    }
    let own = StateDir::at(user.path().join(".test"));
    own.prepare().map_err(Failure::failed)?;
    Ok(own)
}

struct Rehearsal {
    source: Source,
    lab: Lab,
    state: StateDir,
}

impl Rehearsal {
    /// The error says why there was no lab, or why it could not be removed.
    async fn play(&self, report: &mut LabReport) -> Result<(), String> {
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let dir = self.state.lab(&self.lab.name);
        let lock = Lock::take(&dir, || {}).map_err(|error| words(&error))?;
        dir.create().map_err(|error| words(&error))?;
        let begun = Instant::now();
        let built = Foreground::build(&self.assignment(&dir), &mut tell).await;
        report.up_micros = micros(begun);
        let mut lab = built.map_err(|error| {
            let left = error.left.iter().map(|left| format!("; left behind: {left}"));
            format!("{error}; {}{}", error.undone(), left.collect::<String>())
        })?;
        tell(Event::Up { lab: self.lab.name.clone(), micros: report.up_micros });
        report.scenarios = self.scenarios(&dir, &mut lab).await;
        lab.end();
        engine::clean(&dir, Path::new(NAMES), &lock).map_err(|left| words(&left))?;
        lock.remove().map_err(|error| words(&error))
    }

    fn assignment(&self, dir: &LabDir) -> Assignment {
        Assignment {
            lab: self.lab.clone(),
            source: self.source.clone(),
            dir: dir.clone(),
            names: NAMES.into(),
        }
    }

    async fn scenarios(&self, dir: &LabDir, held: &mut Foreground) -> Vec<ScenarioReport> {
        let holder = Holder::Own(held);
        let mut stage = LabStage::new(&self.lab, &self.source, dir, holder);
        scenario::run(&self.lab, History::Fresh, &mut stage, &mut tell).await
    }
}
