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
#[path = "../lab/machine.rs"]
mod machine;
mod observers;
#[path = "../lab/sandbox.rs"]
mod sandbox;
mod soak;
mod tables;
mod takeover;
#[path = "../lab/timing.rs"]
mod timing;
mod wire;

use clap::{Parser, Subcommand, ValueEnum};
use cluster::Protocol;
use contender::Contender;
use detection::Death;
use figure::Figures;
use guest::Choice;
use std::error::Error;
use std::process::ExitCode;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures how `lvs-lab` keeps directors available, beside keepalived.
#[derive(Parser)]
#[command(disable_help_subcommand = true)]
struct Arguments {
    /// Given by `cargo bench`; without it nothing is measured
    #[arg(long, hide = true)]
    bench: bool,
    /// What to measure
    #[arg(long, value_delimiter = ',', default_value = "takeover,detection,tables,lost,soak")]
    figures: Vec<Wanted>,
    /// How often each contender takes over, for each protocol
    #[arg(long, default_value_t = 10)]
    rounds: u32,
    /// How often servers die, directors stop and servers are quiesced
    #[arg(long, default_value_t = 5)]
    repeats: u32,
    /// How many takeovers in a row are watched for two holders of the VIP at once
    #[arg(long, default_value_t = 0)]
    soak: u32,
    #[command(subcommand)]
    inside: Option<Inside>,
}

/// A group of figures.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wanted {
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
    let arguments = Arguments::parse();
    let done = match &arguments.inside {
        Some(Inside::Takeover { contender, protocol, micros }) => {
            sandbox::report(takeover::run(*contender, *protocol, *micros))
        }
        Some(Inside::Detection { death, rounds }) => {
            sandbox::report(detection::run(*death, *rounds))
        }
        Some(Inside::Tables { contender, rounds }) => {
            sandbox::report(tables::run(*contender, *rounds))
        }
        Some(Inside::Lost { contender, choice, rounds }) => {
            sandbox::report(lost::run(*contender, *choice, *rounds))
        }
        Some(Inside::Soak { contender, rounds }) => sandbox::report(soak::run(*contender, *rounds)),
        None if arguments.bench => measure(&arguments),
        None => {
            eprintln!("nothing was measured: run `cargo bench --bench ha`");
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<()> {
    let mut figures = Figures::default();
    let wants = |wanted| arguments.figures.contains(&wanted);
    if wants(Wanted::Takeover) {
        takeover::measure(arguments.rounds, &mut figures)?;
    }
    if wants(Wanted::Detection) {
        detection::measure(arguments.repeats, &mut figures)?;
    }
    if wants(Wanted::Tables) {
        tables::measure(arguments.repeats, &mut figures)?;
    }
    if wants(Wanted::Lost) {
        lost::measure(arguments.repeats, &mut figures)?;
    }
    if wants(Wanted::Soak) && arguments.soak > 0 {
        soak::measure(arguments.soak, &mut figures)?;
    }
    println!("{}\n\n{figures}", machine::describe()?);
    Ok(())
}
