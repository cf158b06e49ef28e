//! `status`: what labs there are, and how one of them is, read afresh from the kernel.

mod describe;
mod text;

use crate::cli::args::Format;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guests;
use crate::cli::running::{Running, state_dir};
use crate::cli::terminal::{print, print_json};
use crate::state::Record;
use serde_json::{Value, json};
use std::io::IsTerminal;
use std::time::Duration;

/// The pause between two views of `--watch`.
const PAUSE: Duration = Duration::from_secs(1);

/// `status`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab [default: all of them, in short]
    pub lab: Option<String>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Show it again each second until Ctrl-C
    #[arg(long)]
    pub watch: bool,
}

/// Prints the labs, or one lab's nodes, backends and drift.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let Some(name) = &args.lab else { return labs(args, context) };
    let running = Running::find(context, Some(name))?;
    if running.is_elsewhere(context) {
        return guests::forward(&running, context);
    }
    loop {
        let lab = context.runtime()?.block_on(describe::lab(&running))?;
        if args.watch && std::io::stdout().is_terminal() {
            print("\x1b[H\x1b[2J");
        }
        match args.format {
            Format::Json => print_json(&lab),
            Format::Text => print(&text::lab(&lab, context.paint())),
        }
        if !args.watch {
            return Ok(Exit::Ok);
        }
        std::thread::sleep(PAUSE);
    }
}

fn labs(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let state = state_dir(context)?;
    let mut listed = Vec::new();
    for name in state.labs().map_err(Failure::failed)? {
        let record = Record::read(&state.lab(&name)).map_err(Failure::failed)?;
        listed.push(in_short(name.as_str(), record.as_ref()));
    }
    match args.format {
        Format::Json => print_json(&listed),
        Format::Text if listed.is_empty() => print("no lab is up\n"),
        Format::Text => print(&text::labs(&listed)),
    }
    Ok(Exit::Ok)
}

fn in_short(name: &str, record: Option<&Record>) -> Value {
    let alive = record.is_some_and(|record| record.supervisor.is_alive());
    let age = record.and_then(|record| record.since.elapsed().ok());
    json!({
        "lab": name,
        "state": if alive { "up" } else { "dead" },
        "kernel": record.map(|record| record.provider),
        "topology": record.map(|record| record.source.name.clone()),
        "seconds": age.map(|age| age.as_secs()),
    })
}
