use super::Result;
use clap::{Args, Parser, Subcommand};
use std::process::ExitCode;

// A doc comment here would begin the help instead of `W`'s.
#[derive(Parser)]
#[command(disable_help_subcommand = true)]
struct Arguments<W: Args, I: Subcommand> {
    /// Given by `cargo bench`; without it nothing is measured
    #[arg(long, hide = true)]
    bench: bool,
    #[command(subcommand)]
    inside: Option<I>,
    // The last, so that its doc comment begins the help.
    #[command(flatten)]
    wanted: W,
}

/// Does what the command line says: `W` is what may be wanted of the measurements, `I` what the
/// program does when it starts itself inside a sandbox.
pub fn run<W: Args, I: Subcommand>(
    name: &str,
    inside: impl FnOnce(I) -> Result<()>,
    measure: impl FnOnce(W) -> Result<()>,
) -> ExitCode {
    let arguments = Arguments::<W, I>::parse();
    let done = match arguments.inside {
        Some(job) => inside(job),
        None if arguments.bench => measure(arguments.wanted),
        None => {
            eprintln!("nothing was measured: run `cargo bench --bench {name}`");
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
