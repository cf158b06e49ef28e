//! `fault`: breaks something in a lab that is up, until it is healed.

mod wanted;

use crate::cli::args::{Format, duration};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::furnish::furnish;
use crate::cli::guests;
use crate::cli::running::Running;
use crate::cli::terminal::{print, print_json};
use crate::plan::disturbing;
use crate::supervisor;
use std::time::Duration;

/// What can be broken, for the help.
const KINDS: &str = "\
Kinds:
  stop          real server: it refuses connections;
                director: its daemons end in order
  hang          real server: accepts, never answers
  fail          real server: answers with --status
  slow          real server: answers --by later
  cut           pulls the cable to --network
  isolate       pulls every cable
  kill          cuts the power; healing is a reboot
  kill-daemons  director: SIGKILL; the VIP stays behind
  weight        real server: its weight is --to
  remove        real server: out of the tables
  impair        sends --delay later, loses --loss %";

/// `fault`
#[derive(Debug, clap::Args)]
#[command(override_usage = "lvs-lab fault [OPTIONS] [LAB] <KIND> <NODE>", after_help = KINDS)]
pub struct Args {
    /// The lab, which may be left out if it is the only one that is up; the kind; the node.
    #[arg(hide = true)]
    pub words: Vec<String>,
    /// What is particular to a kind.
    #[command(flatten)]
    pub particulars: Particulars,
    /// The form of the output: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
}

/// Flags of some kinds of fault.
#[derive(Debug, clap::Args)]
pub struct Particulars {
    /// fail: the HTTP status of every answer [default: 500]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(200..=599))]
    pub status: Option<u16>,
    /// slow: how much later answers come, as in 300ms or 2s
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub by: Option<Duration>,
    /// cut: the network [default: the node's only one]; impair: the same [default: all]
    #[arg(long)]
    pub network: Option<String>,
    /// weight: the weight; 0 quiesces
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=65535))]
    pub to: Option<u32>,
    /// weight, remove: the virtual service [default: each that has the real server]
    #[arg(long)]
    pub service: Option<String>,
    /// impair: the delay of each packet that the node sends
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub delay: Option<Duration>,
    /// impair: how many packets of a hundred are lost
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=100))]
    pub loss: Option<u8>,
}

/// Breaks it, and says what was done.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let (lab, kind, node) = match args.words.as_slice() {
        [kind, node] => (None, kind, node),
        [lab, kind, node] => (Some(lab.as_str()), kind, node),
        _ => {
            return Err(Failure::usage("say what to break, and where").help(
                "as in `lvs-lab fault kill node01`; `lvs-lab fault --help` lists the kinds",
            ));
        }
    };
    let running = Running::find(context, lab)?;
    if running.is_elsewhere(context) {
        return guests::forward(&running, context);
    }
    let lab = running.lab()?;
    let fault = wanted::fault(&lab, kind, node, &args.particulars)?;
    furnish(&lab, &disturbing(&lab, &fault), context)?;
    let done = supervisor::disturb(&running.dir, &fault).map_err(Failure::failed)?;
    match args.format {
        Format::Json => {
            print_json(&serde_json::json!({ "fault": fault.to_string(), "acts": done }));
        }
        Format::Text => {
            let here = format!("{}: ", fault.node);
            let done = done.iter().map(|act| act.strip_prefix(&here).unwrap_or(act));
            print(&format!("{fault}: {}\n", done.collect::<Vec<_>>().join("; ")));
        }
    }
    Ok(Exit::Ok)
}
