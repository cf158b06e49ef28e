use crate::cli::context::{Context, Setting};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::furnish::{furnish, of_test};
use crate::cli::running::{NAMES, state_dir};
use crate::cli::stage::LabStage;
use crate::cli::terminal::print;
use crate::cli::{machine, private};
use crate::engine;
use crate::lab::{Lab, Source};
use crate::report::{Event, LabReport, ScenarioReport};
use crate::scenario::{self, History};
use crate::state::{LabDir, Lock, StateDir};
use crate::supervisor::{Assignment, Foreground};
use std::path::Path;
use std::time::Instant;

/// `test-worker`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The topology
    pub topology: String,
}

/// Builds a lab in this process, runs its scenarios, and takes it down; tells everything as
/// events. On the user's machine nothing of it can be left, as its names are in a mount namespace
/// that ends with this process.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let source = context.source(&args.topology)?;
    let lab = context.load(&source)?;
    let mut report = LabReport {
        kernel: kernel(context),
        topology: args.topology.clone(),
        ..LabReport::default()
    };
    let (topology, kernel) = (report.topology.clone(), report.kernel.clone());
    tell(Event::LabStarted { topology, kernel });
    let furnished = furnish(&lab, &of_test(&lab), context).and_then(|()| state(context));
    // A report has no lines of its own for it.
    let words = |failure: Failure| failure.message.replace("\n ", "");
    let ended = furnished.map_err(words).and_then(|state| {
        let rehearsal = Rehearsal { source, lab, state };
        let runtime = context.runtime().map_err(|failure| failure.message)?;
        runtime.block_on(rehearsal.play(&mut report))
    });
    report.error = ended.err();
    report.micros = micros(begun);
    tell(Event::LabFinished { report });
    Ok(Exit::Ok)
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
        let mut stage = LabStage::new(&self.lab, &self.source, dir, held);
        scenario::run(&self.lab, History::Fresh, &mut stage, &mut tell).await
    }
}

fn tell(event: Event) {
    if let Ok(line) = serde_json::to_string(&event) {
        print(&(line + "\n"));
    }
}

fn micros(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn kernel(context: &Context) -> String {
    let provider = match context.setting {
        Setting::Machine => "host",
        Setting::Guest => "uml",
    };
    format!("{provider} {}", machine::release())
}
