use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::terminal::print;
use crate::ha;
use crate::plan::Daemon;
use std::path::{Path, PathBuf};

/// `daemon`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to run, as JSON; its directory is where the daemon leaves its records
    pub configuration: PathBuf,
}

/// Runs a built-in daemon in the namespace that it was started in, and says `ready` when it works.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let path = &args.configuration;
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::failed(format!("cannot read `{}`: {error}", path.display()))
    };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(&error))?;
    let daemon = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
    let directory = path.parent().unwrap_or(Path::new("."));
    let ready = || print("ready\n");
    let served = context.runtime()?.block_on(async {
        match daemon {
            Daemon::Speaker(speaker) => ha::speak(speaker, directory, ready).await,
            Daemon::Checker(checker) => ha::check(checker, directory, ready).await,
            Daemon::Keepalived { .. } | Daemon::Ldirectord { .. } => Ok(()),
        }
    });
    served.map_err(Failure::failed)?;
    Ok(Exit::Ok)
}
