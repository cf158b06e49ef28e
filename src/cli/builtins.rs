use crate::topology;
use std::fmt::Write as _;

/// The verbs that take a topology.
const VERBS: [&str; 5] = ["plan", "explain", "export", "up", "test"];

/// The built-in topologies with their summaries, for a person to choose from.
pub fn listed() -> String {
    let mut text = String::from("Built-in topologies:");
    let all = topology::builtins();
    let widest = all.iter().map(|builtin| builtin.name.len()).max().unwrap_or(0);
    for builtin in all {
        let _ = write!(text, "\n  {:<widest$}  {}", builtin.name, builtin.summary);
    }
    text
}

/// Adds the list to the help of each verb that takes a topology. Only help needs it, and making it
/// reads every topology.
pub fn named_in(command: clap::Command) -> clap::Command {
    let list = listed();
    VERBS.iter().fold(command, |command, verb| {
        command.mut_subcommand(verb, |verb| verb.after_help(list.clone()))
    })
}
