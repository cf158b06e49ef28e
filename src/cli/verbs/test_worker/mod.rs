//! `test-worker`: runs the scenarios of one topology and tells everything as events.

mod live;
mod rehearsal;

use crate::cli::context::{Context, Setting};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::furnish::{furnish, of_test};
use crate::cli::running::Running;
use crate::cli::terminal::print;
use crate::cli::{guests, machine};
use crate::lab::{Lab, Scenario, Source};
use crate::report::{Event, LabReport};
use crate::scenario::History;
use crate::state::Exercise;
use std::time::Instant;

/// `test-worker`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The topology
    pub topology: String,
    /// The scenarios to run [default: all]
    #[arg(long)]
    pub scenario: Vec<String>,
    /// The lab to play in, which is up
    #[arg(long)]
    pub live: Option<String>,
    /// That lab was just built
    #[arg(long, requires = "live")]
    pub fresh: bool,
    /// The topology is what that lab was built from
    #[arg(long, requires = "live")]
    pub as_built: bool,
}

/// Runs the scenarios, be it in a lab of this process or in one that is up.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let running = args.live.as_deref().map(|lab| Running::find(context, Some(lab))).transpose()?;
    let source = source(args, running.as_ref(), context)?;
    if let Some(running) = running.as_ref().filter(|running| running.is_elsewhere(context)) {
        return guests::run(&running.dir.guest_socket(), context, &[source]);
    }
    let mut lab = context.load(&source)?;
    lab.scenarios.retain(|scenario| is_chosen(args, scenario));
    let mut report = LabReport {
        kernel: kernel(context),
        topology: args.topology.clone(),
        ..LabReport::default()
    };
    let (topology, kernel) = (report.topology.clone(), report.kernel.clone());
    tell(Event::LabStarted { topology, kernel });
    let furnished = furnish(&lab, &of_test(&lab), context);
    // A report has no lines of its own for it.
    let words = |failure: Failure| failure.message.replacen("\n  ", " ", 1).replace("\n  ", "; ");
    let played = furnished
        .map_err(words)
        .and_then(|()| play(running.as_ref(), (source, lab), (args, context), &mut report));
    report.error = played.err();
    report.micros = micros(begun);
    tell(Event::LabFinished { report });
    Ok(Exit::Ok)
}

fn play(
    running: Option<&Running>,
    (source, mut lab): (Source, Lab),
    (args, context): (&Args, &Context),
    report: &mut LabReport,
) -> Result<(), String> {
    let Some(running) = running else {
        return rehearsal::play((source, lab), context, report);
    };
    lab.name = running.record.lab.clone();
    let history = if args.fresh { History::Fresh } else { History::Unknown };
    let runtime = context.runtime().map_err(|failure| failure.message)?;
    report.scenarios = runtime.block_on(live::play(running, (source, lab), history));
    Ok(())
}

/// What a lab that is up was built from may be no file any more.
fn source(args: &Args, running: Option<&Running>, context: &Context) -> Result<Source, Failure> {
    // What was read on the user's machine is sent along.
    let sent = context.setting == Setting::Guest;
    let Some(running) = running.filter(|_| args.as_built && !sent) else {
        return context.source(&args.topology);
    };
    let exercise = Exercise::read(&running.dir).map_err(Failure::failed)?;
    Ok(exercise.map_or_else(|| running.record.source.clone(), |known| known.whole))
}

fn is_chosen(args: &Args, scenario: &Scenario) -> bool {
    args.scenario.is_empty() || args.scenario.iter().any(|name| name == scenario.name.as_str())
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
