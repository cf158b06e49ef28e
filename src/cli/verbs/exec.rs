use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::running::{Running, node_name};
use crate::cli::{guests, inside};
use std::process::Command;

/// `exec`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab
    pub lab: String,
    /// The node
    pub node: String,
    /// The command and its arguments, best behind `--`
    #[arg(
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "CMD"
    )]
    pub command: Vec<String>,
}

/// Becomes the command, inside the node; its exit code is the program's.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let running = Running::find(context, Some(&args.lab))?;
    if running.is_elsewhere(context) {
        return guests::forward(&running, context);
    }
    let lab = running.lab()?;
    let node = node_name(&args.node, lab.nodes.iter().map(|node| &node.name))?;
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(Failure::usage("no command was given"));
    };
    let mut command = Command::new(program);
    command.args(arguments);
    inside::become_command(&lab.namespace(&node), command)
}
