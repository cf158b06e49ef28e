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

use clap::{Args, Subcommand};
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
    /// Which rivals to build labs with
    #[arg(long, value_delimiter = ',', default_value = "floor,parallel,batch,lecture")]
    against: Vec<Contender>,
    /// On which kernels to look at labs (`status`, `up` again)
    #[arg(long, value_delimiter = ',', default_value = "host,uml")]
    looks: Vec<Kernel>,
}

/// What the program does when it starts itself inside a sandbox.
#[derive(Subcommand)]
enum Inside {
    /// One lab, up and down.
    #[command(hide = true)]
    Cycle { contender: Contender, size: u32 },
    /// One lab, looked at.
    #[command(hide = true)]
    Look { kernel: Kernel, size: u32 },
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
        Inside::Cycle { contender, size } => sandbox::report(cycle::run(contender, size)),
        Inside::Look { kernel, size } => sandbox::report(looks::run(kernel, size)),
        Inside::Requests { rounds } => sandbox::report(requests::run(rounds)),
        Inside::Memory { size } => sandbox::report(memory::run(size)),
    }
}

fn measure(wanted: Wanted) -> Result<()> {
    programs::compile_floor()?;
    let mut table = Table::default();
    let cycles = Cycles::measure(&wanted.sizes, &wanted.against, wanted.rounds)?;
    cycles.rows(&mut table);
    looks::measure(&wanted.looks, (&wanted.sizes, wanted.rounds), &mut table)?;
    requests::measure(wanted.rounds, &mut table)?;
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
