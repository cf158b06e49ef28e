//! How long a lab takes, against programs that make the same one (`benches/rivals`).
//!
//! `cargo bench --bench lab -- --help`. Needs root, gcc, iproute2, util-linux, busybox and curl.
//! Every measurement runs in network, mount and process namespaces of its own; contenders take
//! turns, so that a slow minute of the machine hits them all.

mod contender;
mod cycle;
mod looks;
mod memory;
mod programs;
mod requests;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod topology;

use clap::{Args, Subcommand, ValueEnum};
use contender::Contender;
use cycle::Cycles;
use looks::Kernel;
use std::process::ExitCode;
use support::{Result, machine, program, sandbox, timing};
use table::Table;

/// Measures `lvs-lab` against its rivals.
#[derive(Args)]
struct Wanted {
    /// Numbers of real servers
    #[arg(long, value_delimiter = ',', default_value = "2,10,100,500")]
    sizes: Vec<u32>,
    /// How often each contender has its turn (at most 3 times from 500 real servers on)
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Which rivals to build labs with: floor, parallel, batch, lecture, or the path of another
    /// lvs-lab, which looks at labs too
    #[arg(long, value_delimiter = ',', default_value = "floor,parallel,batch,lecture")]
    against: Vec<Contender>,
    /// On which kernels to look at labs (`status`, `up` again)
    #[arg(long, value_delimiter = ',', default_value = "host,uml")]
    looks: Vec<Kernel>,
    /// What to measure
    #[arg(long, value_delimiter = ',', default_value = "cycles,looks,requests,memory")]
    figures: Vec<Figure>,
}

/// A part of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Figure {
    /// Labs made and removed.
    Cycles,
    /// Labs looked at.
    Looks,
    /// Requests in a row.
    Requests,
    /// What a lab's processes hold.
    Memory,
}

/// What the program does when it starts itself inside a sandbox.
#[derive(Subcommand)]
enum Inside {
    /// One lab, up and down.
    #[command(hide = true)]
    Cycle { contender: Contender, size: u32 },
    /// One lab, looked at.
    #[command(hide = true)]
    Look { contender: Contender, kernel: Kernel, size: u32 },
    /// Requests from one lab's client.
    #[command(hide = true)]
    Requests { rounds: usize },
    /// What one lab's processes hold.
    #[command(hide = true)]
    Memory { size: u32 },
}

fn main() -> ExitCode {
    program::run("lab", inside, measure)
}

fn inside(job: Inside) -> Result<()> {
    match job {
        Inside::Cycle { contender, size } => sandbox::report(cycle::run(&contender, size)),
        Inside::Look { contender, kernel, size } => {
            sandbox::report(looks::run(&contender, kernel, size))
        }
        Inside::Requests { rounds } => sandbox::report(requests::run(rounds)),
        Inside::Memory { size } => sandbox::report(memory::run(size)),
    }
}

fn measure(wanted: Wanted) -> Result<()> {
    programs::compile_floor()?;
    let (mut table, mut memory) = (Table::default(), String::new());
    let Wanted { sizes, rounds, against, looks, figures } = wanted;
    let builds: Vec<_> = against.iter().filter(|rival| rival.is_build()).cloned().collect();
    for figure in figures {
        match figure {
            Figure::Cycles => Cycles::measure(&sizes, &against, rounds)?.rows(&mut table),
            Figure::Looks => looks::measure(&looks, (&sizes, rounds), &builds, &mut table)?,
            Figure::Requests => requests::measure(rounds, &mut table)?,
            Figure::Memory => memory = memory::measure()?,
        }
    }
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
