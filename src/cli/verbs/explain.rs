use crate::cli::args::Topology;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::terminal::print;

/// `explain`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab to explain
    #[command(flatten)]
    pub topology: Topology,
}

/// Tells what makes the lab, node by node, with the commands that a person would type.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let (_, lab) = context.lab(&args.topology)?;
    if let Some(summary) = &lab.summary {
        print(&format!("# {}: {summary}\n\n", lab.name));
    }
    print(&crate::plan::explain(&crate::plan::by_hand(&lab)));
    Ok(Exit::Ok)
}
