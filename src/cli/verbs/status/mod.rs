//! `status`: what labs there are, and how one of them is, read afresh from the kernel.

mod against;
mod availability;
mod describe;
mod masters;
mod text;

use crate::cli::args::Format;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guests;
use crate::cli::running::{Running, state_dir};
use crate::cli::terminal::{print, print_json};
use crate::lab::{LabName, Source};
use crate::state::{Provider, Record};
use serde::Serialize;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// From one view of `--watch` to the next.
const PERIOD: Duration = Duration::from_secs(1);

/// `status`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab [default: all of them, in short]
    pub lab: Option<String>,
    /// The form of the output: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
    /// Show it again each second until Ctrl-C
    #[arg(long)]
    pub watch: bool,
    /// Say what is missing until the lab is as this topology says, with the commands to type
    #[arg(long, requires = "lab", conflicts_with = "watch", value_name = "TOPOLOGY")]
    pub against: Option<String>,
    /// Exit with 1 unless everything is as the file says
    #[arg(long, requires = "lab", conflicts_with = "watch")]
    pub check: bool,
}

/// A lab in the list of all.
#[derive(Debug, Serialize)]
struct LabInShort {
    lab: String,
    state: State,
    kernel: Option<Provider>,
    topology: Option<String>,
    /// Since when it is up.
    seconds: Option<u64>,
}

/// Whether somebody is in charge of a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Up,
    Dead,
}

/// Prints the labs, or one lab's nodes, backends and drift.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let Some(name) = &args.lab else { return labs(args, context) };
    let running = Running::find(context, Some(name))?;
    if let Some(topology) = &args.against {
        return against(topology, &running, args, context);
    }
    if running.is_elsewhere(context) {
        return guests::forward(&running, context);
    }
    let mut due = Instant::now();
    loop {
        let lab = context.runtime()?.block_on(describe::lab(&running))?;
        if args.watch && std::io::stdout().is_terminal() {
            print("\x1b[H\x1b[2J");
        }
        match args.format {
            Format::Json => print_json(&lab),
            Format::Text => print(&text::lab(&lab, context.colour())),
        }
        if !args.watch {
            let proven = !args.check || lab.is_as_the_file_says();
            return Ok(if proven { Exit::Ok } else { Exit::Unproven });
        }
        // A view that took longer than that is followed by the next at once.
        due = (due + PERIOD).max(Instant::now());
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

fn against(
    topology: &str,
    running: &Running,
    args: &Args,
    context: &Context,
) -> Result<Exit, Failure> {
    let source = context.source(topology)?;
    let wanted = context.load(&source)?;
    if running.is_elsewhere(context) {
        let named = Source { name: topology.to_owned(), text: source.text };
        return guests::run(&running.dir.guest_socket(), context, &[named]);
    }
    let difference = against::difference(running, wanted, topology);
    let difference = context.runtime()?.block_on(difference)?;
    match args.format {
        Format::Json => print_json(&difference),
        Format::Text => print(&difference.text(context.colour())),
    }
    let proven = !args.check || difference.is_none();
    Ok(if proven { Exit::Ok } else { Exit::Unproven })
}

fn labs(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let state = state_dir(context)?;
    let mut listed = Vec::new();
    for name in state.labs().map_err(Failure::failed)? {
        let record = Record::read(&state.lab(&name)).map_err(Failure::failed)?;
        listed.push(in_short(&name, record.as_ref()));
    }
    match args.format {
        Format::Json => print_json(&listed),
        Format::Text if listed.is_empty() => print("no lab is up\n"),
        Format::Text => print(&text::labs(&listed, context.colour())),
    }
    Ok(Exit::Ok)
}

fn in_short(name: &LabName, record: Option<&Record>) -> LabInShort {
    let alive = record.is_some_and(|record| record.supervisor.is_alive());
    let age = record.and_then(|record| record.since.elapsed().ok());
    LabInShort {
        lab: name.to_string(),
        state: if alive { State::Up } else { State::Dead },
        kernel: record.map(|record| record.provider),
        topology: record.map(|record| record.source.name.clone()),
        seconds: age.map(|age| age.as_secs()),
    }
}
