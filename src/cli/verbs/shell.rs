use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::running::{Running, node_name};
use crate::cli::{guests, inside};

/// `shell`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab [default: the one that is up]
    pub lab: Option<String>,
    /// The node [default: the machine that the lab runs on]
    pub node: Option<String>,
}

/// Becomes the user's shell, in a node or in the machine of the lab.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let running = Running::find(context, args.lab.as_deref())?;
    if running.is_elsewhere(context) {
        return guests::forward(&running, context);
    }
    let shell = std::env::var("SHELL").ok().filter(|shell| !shell.is_empty());
    let command = [shell.unwrap_or_else(|| "/bin/sh".to_owned())];
    match &args.node {
        None => Err(inside::exec(&command)),
        Some(node) => {
            let lab = running.lab()?;
            let node = node_name(node, lab.nodes.iter().map(|node| &node.name))?;
            inside::become_command(&lab.namespace(&node), &command)
        }
    }
}
