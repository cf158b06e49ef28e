use crate::cli::args::Topology;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::terminal::print;
use clap::ValueEnum;

/// The formats that labs can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A shell script that uses ip, sysctl, ipvsadm and iptables
    Sh,
    /// What `ipvsadm -S -n` prints
    Ipvsadm,
    /// The topology file itself
    Yaml,
}

/// `export`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab to write
    #[command(flatten)]
    pub topology: Topology,
    /// sh, a script of ip, sysctl and ipvsadm; ipvsadm, what `ipvsadm -S -n` prints; yaml, the
    /// topology file itself
    #[arg(long, value_enum, hide_possible_values = true)]
    pub format: Format,
}

/// Prints the lab in another tool's words.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let (source, lab) = context.lab(&args.topology)?;
    let plan = crate::plan::build(&lab);
    match args.format {
        Format::Sh => print(&crate::plan::script(&plan)),
        Format::Ipvsadm => print(&crate::plan::ipvsadm(&plan)),
        Format::Yaml => print(&source.text),
    }
    Ok(Exit::Ok)
}
