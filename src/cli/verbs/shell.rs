use crate::cli::context::{Context, Setting};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::running::{Running, node_name};
use crate::cli::{guests, inside, machine};
use crate::lab::Lab;
use std::process::Command;

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
    let lab = running.lab()?;
    let Some(node) = &args.node else {
        context.note(&welcome(&lab, context.setting));
        return Err(inside::exec(shell(lab.name.as_str())));
    };
    let node = node_name(node, lab.nodes.iter().map(|node| &node.name))?;
    let namespace = lab.namespace(&node);
    context.note(&format!("this is {namespace}; `exit` leaves it"));
    inside::become_command(&namespace, shell(&format!("{} {node}", lab.name)))
}

/// The user's shell, whose prompt begins with the place. sh(1) takes its prompt from the
/// environment. bash(1) sets another when it starts, and runs `PROMPT_COMMAND` before the first.
fn shell(place: &str) -> Command {
    let shell = std::env::var("SHELL").ok().filter(|shell| !shell.is_empty());
    let mut command = Command::new(shell.unwrap_or_else(|| "/bin/sh".to_owned()));
    let sign = if machine::is_root() { '#' } else { '$' };
    command.env("PS1", format!("({place}) {sign} "));
    command.env("PROMPT_COMMAND", format!("PS1=\"({place}) $PS1\"; unset PROMPT_COMMAND"));
    command
}

fn welcome(lab: &Lab, setting: Setting) -> String {
    let machine = match setting {
        Setting::Machine => "this machine itself runs",
        Setting::Guest => "this is the guest of",
    };
    let example = lab.nodes.first().map(|node| lab.namespace(&node.name)).unwrap_or_default();
    let name = &lab.name;
    format!("{machine} lab {name}; try `ip netns exec {example} ip address`; `exit` leaves")
}
