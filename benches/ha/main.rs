//! Whether high availability is as quick and as gentle as it should be, beside keepalived on the
//! same kernel in the same run.
//!
//! `cargo bench --bench ha -- --help`. Needs root, keepalived, iproute2 and util-linux, and a
//! guest where the running kernel has no IPVS. Every measurement runs in network, mount and process
//! namespaces of its own, so that nothing of it is left; contenders take turns.

mod addresses;
mod answers;
mod cluster;
mod contender;
mod detection;
mod figure;
mod guest;
mod lost;
mod observers;
mod soak;
#[path = "../support/mod.rs"]
mod support;
mod tables;
mod takeover;
mod wire;

use clap::{Args, Subcommand, ValueEnum};
use cluster::Protocol;
use contender::Contender;
use detection::Death;
use figure::Figures;
use guest::Choice;
use std::process::ExitCode;
use support::{Result, machine, program, sandbox, timing};

/// Measures how `lvs-lab` keeps directors available, beside keepalived.
#[derive(Args)]
struct Wanted {
    /// What to measure
    #[arg(long, value_delimiter = ',', default_value = "takeover,detection,tables,lost,soak")]
    figures: Vec<Group>,
    /// How often each contender takes over, for each protocol
    #[arg(long, default_value_t = 10)]
    rounds: u32,
    /// How often servers die, directors stop and servers are quiesced
    #[arg(long, default_value_t = 5)]
    repeats: u32,
    /// How many takeovers in a row are watched for two holders of the VIP at once
    #[arg(long, default_value_t = 0)]
    soak: u32,
}

/// A group of figures.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// After SIGKILL of the master.
    Takeover,
    /// Of a dead server by the built-in checker, on the running kernel.
    Detection,
    /// The same in a guest, until no table has the server.
    Tables,
    /// Requests on an orderly stop, on fail-back and on quiescing, in a guest.
    Lost,
    /// Many takeovers in a row, if `--soak` says how many.
    Soak,
}

/// What the program does when it starts itself inside a sandbox.
#[derive(Subcommand)]
enum Inside {
    /// One takeover, with the kill so many microseconds after an advert.
    #[command(hide = true)]
    Takeover { contender: Contender, protocol: Protocol, micros: u64 },
    /// Deaths of a server.
    #[command(hide = true)]
    Detection { death: Death, rounds: u32 },
    /// Dead servers in a guest.
    #[command(hide = true)]
    Tables { contender: Contender, rounds: u32 },
    /// Lost requests in a guest.
    #[command(hide = true)]
    Lost { contender: Contender, choice: Choice, rounds: u32 },
    /// Takeovers in a row.
    #[command(hide = true)]
    Soak { contender: Contender, rounds: u32 },
}

fn main() -> ExitCode {
    program::run("ha", inside, measure)
}

fn inside(job: Inside) -> Result<()> {
    match job {
        Inside::Takeover { contender, protocol, micros } => {
            sandbox::report(takeover::run(contender, protocol, micros))
        }
        Inside::Detection { death, rounds } => sandbox::report(detection::run(death, rounds)),
        Inside::Tables { contender, rounds } => sandbox::report(tables::run(contender, rounds)),
        Inside::Lost { contender, choice, rounds } => {
            sandbox::report(lost::run(contender, choice, rounds))
        }
        Inside::Soak { contender, rounds } => sandbox::report(soak::run(contender, rounds)),
    }
}

fn measure(wanted: Wanted) -> Result<()> {
    let mut figures = Figures::default();
    let wants = |group| wanted.figures.contains(&group);
    if wants(Group::Takeover) {
        takeover::measure(wanted.rounds, &mut figures)?;
    }
    if wants(Group::Detection) {
        detection::measure(wanted.repeats, &mut figures)?;
    }
    if wants(Group::Tables) {
        tables::measure(wanted.repeats, &mut figures)?;
    }
    if wants(Group::Lost) {
        lost::measure(wanted.repeats, &mut figures)?;
    }
    if wants(Group::Soak) && wanted.soak > 0 {
        soak::measure(wanted.soak, &mut figures)?;
    }
    println!("{}\n\n{figures}", machine::describe()?);
    Ok(())
}
