use super::args::Cli;
use super::builtins;
use super::context::{Context, Setting};
use super::exit::Exit;
use super::failure::Failure;
use super::terminal;
use super::verbs;
use crate::guest::{self, Job};
use crate::lab::Source;
use crate::text::Colour;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches};
use std::io::Write;
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
    let cli = match parsed(&words) {
        Ok(cli) => cli,
        Err(wrong) => {
            return unparsed(&wrong, &words).unwrap_or_else(|failure| {
                failure.print(Colour::Plain);
                failure.exit
            });
        }
    };
    let colour = terminal::colour(cli.global.color, &std::io::stderr());
    let context = Context { global: cli.global, setting, words, sources };
    verbs::run(cli.verb, &context).unwrap_or_else(|failure| {
        failure.print(colour);
        failure.exit
    })
}

/// What the command line asks for. Its grammar is large: it is made once, and gone before the work
/// begins.
fn parsed(words: &[String]) -> Result<Cli, clap::Error> {
    let matches = grammar(words).try_get_matches_from(line(words))?;
    Cli::from_arg_matches(&matches)
}

fn grammar(words: &[String]) -> clap::Command {
    Cli::command().color(painted(words))
}

/// The command line with the program's name.
fn line(words: &[String]) -> impl Iterator<Item = String> {
    std::iter::once("lvs-lab".to_owned()).chain(words.iter().cloned())
}

/// How clap paints help and errors: as --color or its variable says, which it must know before it
/// has read the line. Behind `--` are the words of another command.
fn painted(words: &[String]) -> clap::ColorChoice {
    let own = || words.iter().take_while(|word| *word != "--");
    let joined = own().filter_map(|word| word.strip_prefix("--color=").map(str::to_owned));
    let apart = own().zip(own().skip(1)).filter(|(flag, _)| *flag == "--color");
    let said = joined.chain(apart.map(|(_, when)| when.clone())).next();
    match said.or_else(|| std::env::var("LVS_LAB_COLOR").ok()).as_deref() {
        Some("always") => clap::ColorChoice::Always,
        Some("never") => clap::ColorChoice::Never,
        _ => clap::ColorChoice::Auto,
    }
}

/// Answers a line that names no work to do: a wrong one, or one that asks for help. clap knows
/// which stream and colour.
fn unparsed(wrong: &clap::Error, words: &[String]) -> Result<Exit, Failure> {
    match wrong.kind() {
        ErrorKind::MissingSubcommand => {
            terminal::complain(&grammar(words).render_help().to_string());
            return Ok(Exit::Usage);
        }
        ErrorKind::DisplayHelp => {
            let helped = builtins::named_in(grammar(words)).try_get_matches_from(line(words));
            told(helped.err().as_ref().unwrap_or(wrong))?;
        }
        _ => told(wrong)?,
    }
    if lacks_topology(wrong) {
        terminal::complain(&format!("\n{}\n", builtins::listed()));
    }
    Ok(if wrong.use_stderr() { Exit::Usage } else { Exit::Ok })
}

/// Has clap say what it has to say. That standard error cannot be written is no other ending.
fn told(what: &clap::Error) -> Result<(), Failure> {
    let said = what.print().and_then(|()| std::io::stdout().flush());
    if what.use_stderr() { Ok(()) } else { said.map_err(|error| terminal::unwritten(&error)) }
}

fn lacks_topology(wrong: &clap::Error) -> bool {
    let missing = wrong.get(ContextKind::InvalidArg);
    wrong.kind() == ErrorKind::MissingRequiredArgument
        && matches!(missing, Some(ContextValue::Strings(names))
            if names.iter().any(|name| name.contains("<TOPOLOGY>")))
}
