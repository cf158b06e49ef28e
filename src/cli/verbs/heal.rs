use crate::cli::args::Format;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guests;
use crate::cli::running::{Running, node_name, state_dir};
use crate::cli::terminal::{print, print_json};
use crate::lab::Healing;
use crate::supervisor;

/// `heal`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab [default: the one that is up]
    pub lab: Option<String>,
    /// The node whose faults are healed [default: all]
    pub node: Option<String>,
    /// The form of the output: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
}

/// Mends what `fault` broke, and says what it was.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let (lab, node) = words(args, context)?;
    let running = Running::find(context, lab)?;
    if running.is_elsewhere(context) {
        return guests::forward(&running, context);
    }
    let healing = match node {
        Some(name) => {
            Healing::Node(node_name(name, running.lab()?.nodes.iter().map(|node| &node.name))?)
        }
        None => Healing::All,
    };
    let healed = supervisor::heal(&running.dir, &healing).map_err(|error| {
        Failure::failed(error).help("`lvs-lab up` with its file mends what is left")
    })?;
    match args.format {
        Format::Json => print_json(&serde_json::json!({ "healed": healed })),
        Format::Text if healed.is_empty() => print("there is nothing to heal\n"),
        Format::Text => print(&format!("healed: {}\n", healed.join(", "))),
    }
    Ok(Exit::Ok)
}

/// A single word is a lab, unless there is no such lab: then it is a node of the only one.
fn words<'a>(
    args: &'a Args,
    context: &Context,
) -> Result<(Option<&'a str>, Option<&'a str>), Failure> {
    let (lab, node) = (args.lab.as_deref(), args.node.as_deref());
    let labs = state_dir(context)?.labs().map_err(Failure::failed)?;
    let is_lab = |word: &str| labs.iter().any(|name| name.as_str() == word);
    Ok(match (lab, node) {
        (Some(word), None) if labs.len() == 1 && !is_lab(word) => (None, lab),
        said => said,
    })
}
