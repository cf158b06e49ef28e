//! How long a lab takes, against programs that make the same one (`benches/rivals`).
//!
//! `cargo bench --bench lab -- --help`. Needs root, gcc, iproute2, util-linux, busybox and curl.
//! Every measurement runs in network, mount and process namespaces of its own; contenders take
//! turns, so that a slow minute of the machine hits them all.

mod contender;
mod cycle;
mod machine;
mod memory;
mod programs;
mod requests;
mod sandbox;
mod table;
mod timing;
mod topology;

use clap::{Parser, Subcommand};
use contender::Contender;
use cycle::Cycles;
use std::error::Error;
use std::process::ExitCode;
use table::Table;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures `lvs-lab` against its rivals.
#[derive(Parser)]
#[command(disable_help_subcommand = true)]
struct Arguments {
    /// Given by `cargo bench`; without it nothing is measured
    #[arg(long, hide = true)]
    bench: bool,
    /// Numbers of real servers
    #[arg(long, value_delimiter = ',', default_value = "2,10,100,500")]
    sizes: Vec<u32>,
    /// How often each contender has its turn (at most 3 times from 500 real servers on)
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Which rivals to build labs with
    #[arg(long, value_delimiter = ',', default_value = "floor,parallel,batch,lecture")]
    against: Vec<Contender>,
    #[command(subcommand)]
    inside: Option<Inside>,
}

/// What the program does when it starts itself inside a sandbox.
#[derive(Subcommand)]
enum Inside {
    /// One lab, up and down.
    #[command(hide = true)]
    Cycle { contender: Contender, size: u32 },
    /// Requests from one lab's client.
    #[command(hide = true)]
    Requests { rounds: usize },
    /// What one lab's processes hold.
    #[command(hide = true)]
    Memory { size: u32 },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.inside {
        Some(Inside::Cycle { contender, size }) => sandbox::report(cycle::run(*contender, *size)),
        Some(Inside::Requests { rounds }) => sandbox::report(requests::run(*rounds)),
        Some(Inside::Memory { size }) => sandbox::report(memory::run(*size)),
        None if arguments.bench => measure(&arguments),
        None => {
            eprintln!("nothing was measured: run `cargo bench --bench lab`");
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
    programs::compile_floor()?;
    let mut table = Table::default();
    let cycles = Cycles::measure(&arguments.sizes, &arguments.against, arguments.rounds)?;
    cycles.rows(&mut table);
    requests::measure(arguments.rounds, &mut table)?;
    let memory = memory::measure()?;
    println!("{}\n{}\n{TIMES}\n\n{table}\n{memory}", machine::describe()?, services());
    Ok(())
}

/// What the table's times are.
const TIMES: &str =
    "times: medians of rounds in which everybody had a turn; ratios: medians of the rounds' own";

fn services() -> &'static str {
    match topology::has_ipvs() {
        true => {
            "the kernel has IPVS: the labs of `lvs-lab` have a virtual service, the others none"
        }
        false => "the kernel has no IPVS: no lab has a virtual service",
    }
}
