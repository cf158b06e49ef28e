use crate::cli::args::Format;
use crate::cli::context::{Context, render};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::terminal::{print, print_json};
use crate::diag::{self, Diagnostic, Severity};
use crate::lab::Source;
use crate::text::Colour;
use crate::topology::{self, Misread};
use serde_json::Value;

/// `check`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Topology files, or built-in topologies
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<String>,
    /// Fail on warnings too
    #[arg(long)]
    pub strict: bool,
    /// The form of the output: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
}

/// Prints every fault of every file; never touches the kernel.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let mut exit = Exit::Ok;
    let mut listing = Vec::new();
    for file in &args.files {
        let (source, found) = found(context.read(file)?);
        let fails = |fault: &Diagnostic| args.strict || fault.severity == Severity::Error;
        if found.iter().any(fails) {
            exit = Exit::Usage;
        }
        match args.format {
            Format::Json => listing.extend(listed(&source, &found)),
            Format::Text => print(&text(&source, &found, context.colour())),
        }
    }
    if args.format == Format::Json {
        print_json(&listing);
    }
    Ok(exit)
}

/// Every fault of a file, warnings among them.
fn found(read: Result<Source, Misread>) -> (Source, Vec<Diagnostic>) {
    match read {
        Ok(source) => {
            let found = topology::load(&source).map_or_else(|faults| faults, |ok| ok.warnings);
            (source, found)
        }
        Err(misread) => (misread.source, misread.faults),
    }
}

fn listed(source: &Source, found: &[Diagnostic]) -> Vec<Value> {
    match diag::json(source, found) {
        Value::Array(entries) => entries,
        other => vec![other],
    }
}

fn text(source: &Source, found: &[Diagnostic], colour: Colour) -> String {
    if found.is_empty() {
        return format!("{}: no fault found\n", source.name);
    }
    render(source, found, colour)
}
