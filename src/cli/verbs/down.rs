use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::running::{NAMES, state_dir};
use crate::engine;
use crate::guest;
use crate::lab::LabName;
use crate::state::{LabDir, Lock, StateDir};
use std::path::Path;

/// `down`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The labs to remove [default: the one that is up]
    #[arg(value_name = "LAB")]
    pub labs: Vec<String>,
    /// Remove every lab
    #[arg(long, conflicts_with = "labs")]
    pub all: bool,
}

/// Removes labs, whether or not their files or their supervisors are still there.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let state = state_dir(context)?;
    let mut exit = Exit::Ok;
    let names = names(args, &state)?;
    if names.is_empty() {
        context.note("no lab is up; there is nothing to do");
    }
    for name in names {
        match remove(&state.lab(&name), context) {
            Ok(Was::Up) => context.note(&format!("{name} is down")),
            Ok(Was::Absent) => context.note(&format!("{name} is not up; there is nothing to do")),
            Err(failure) => {
                failure.print(context.error_colour());
                exit = exit.graver(failure.exit);
            }
        }
    }
    Ok(exit)
}

fn names(args: &Args, state: &StateDir) -> Result<Vec<LabName>, Failure> {
    let labs = state.labs().map_err(Failure::failed)?;
    if !args.labs.is_empty() {
        return args.labs.iter().map(|name| name.parse().map_err(Failure::usage)).collect();
    }
    if labs.len() > 1 && !args.all {
        let list: Vec<_> = labs.iter().map(LabName::as_str).collect();
        return Err(Failure::usage("several labs are up")
            .help(format!("name some of {}, or say --all", list.join(", "))));
    }
    Ok(labs)
}

/// What there was to remove.
enum Was {
    Up,
    Absent,
}

/// A lab that was given up may have its lock only, until its supervisor has ended.
fn remove(lab: &LabDir, context: &Context) -> Result<Was, Failure> {
    if !lab.exists() && !lab.lock().exists() {
        return Ok(Was::Absent);
    }
    let waiting = || context.note(&format!("waiting for another command on {}", lab.name()));
    let lock = Lock::take(lab, waiting).map_err(Failure::failed)?;
    let was = if lab.exists() { Was::Up } else { Was::Absent };
    clear(lab, &lock)?;
    lock.remove().map_err(Failure::leftovers)?;
    Ok(was)
}

/// Removes everything that a lab has left on the machine.
pub fn clear(lab: &LabDir, lock: &Lock) -> Result<(), Failure> {
    // A guest that does not stop when asked ends with its owner, which cleaning kills.
    let stopped = guest::client::stop(&lab.guest_socket());
    match (engine::clean(lab, Path::new(NAMES), lock), stopped) {
        (Ok(_), _) => Ok(()),
        (Err(left), Ok(())) => Err(Failure::leftovers(left)),
        (Err(left), Err(error)) => Err(Failure::leftovers(format!("{left}; {error}"))),
    }
}
