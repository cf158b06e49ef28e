use super::args::Cli;
use super::builtins;
use super::context::{Context, Setting};
use super::exit::Exit;
use super::terminal;
use super::verbs;
use crate::guest::{self, Job};
use crate::lab::Source;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};
use std::process::ExitCode;

/// Runs the program on the process's own arguments; as a guest's first process it runs the guest.
pub fn main() -> ExitCode {
    if guest::agent::is_init() {
        guest::agent::run(job)
    }
    let words: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    run(words, Setting::Machine, Vec::new()).into()
}

/// Runs a command line that the program on the user's machine sent into this guest.
fn job(job: Job) -> u8 {
    let source = |file: guest::File| Source { name: file.name, text: file.text };
    let sources = job.files.into_iter().map(source).collect();
    run(job.args, Setting::Guest, sources).code()
}

fn run(words: Vec<String>, setting: Setting, sources: Vec<Source>) -> Exit {
    let line = std::iter::once("lvs-lab".to_owned()).chain(words.iter().cloned());
    let cli = match Cli::try_parse_from(line.clone()) {
        Ok(cli) => cli,
        Err(wrong) => return unparsed(&wrong, line),
    };
    let colour = terminal::colour(cli.global.color, &std::io::stderr());
    let context = Context { global: cli.global, setting, words, sources };
    verbs::run(cli.verb, &context).unwrap_or_else(|failure| {
        failure.print(colour);
        failure.exit
    })
}

/// Answers a line that names no work to do: a wrong one, or one that asks for help. clap knows
/// which stream and colour.
fn unparsed(wrong: &clap::Error, line: impl Iterator<Item = String>) -> Exit {
    match wrong.kind() {
        ErrorKind::MissingSubcommand => {
            eprint!("{}", Cli::command().render_help());
            return Exit::Usage;
        }
        ErrorKind::DisplayHelp => {
            let helped = builtins::named_in(Cli::command()).try_get_matches_from(line);
            let _ = helped.err().as_ref().unwrap_or(wrong).print();
        }
        _ => {
            let _ = wrong.print();
        }
    }
    if lacks_topology(wrong) {
        eprintln!("\n{}", builtins::listed());
    }
    if wrong.use_stderr() { Exit::Usage } else { Exit::Ok }
}

fn lacks_topology(wrong: &clap::Error) -> bool {
    let missing = wrong.get(ContextKind::InvalidArg);
    wrong.kind() == ErrorKind::MissingRequiredArgument
        && matches!(missing, Some(ContextValue::Strings(names))
            if names.iter().any(|name| name.contains("<TOPOLOGY>")))
}
