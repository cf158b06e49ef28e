use crate::cli::args::{Format, Topology};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::terminal::{print, print_json};
use crate::lab::Source;
use crate::text::{Colour, Ink};
use crate::topology::Document;
use std::fmt::Write as _;

/// `plan`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab to plan
    #[command(flatten)]
    pub topology: Topology,
    /// The form of the output: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
}

/// Prints each operation, why it is there, and the line of the file it comes from.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let (source, lab) = context.lab(&args.topology)?;
    let plan = crate::plan::build(&lab);
    match args.format {
        Format::Json => print_json(&plan),
        Format::Text => print(&text(&plan, &source, context.colour())),
    }
    Ok(Exit::Ok)
}

fn text(plan: &crate::plan::Plan, source: &Source, colour: Colour) -> String {
    let mut text = String::new();
    let document = Document::of(&source.text);
    for (number, step) in plan.steps.iter().enumerate() {
        let _ = writeln!(
            text,
            "{:>3}  {}",
            number + 1,
            colour.paint(Ink::Bold, &step.op.line(&plan.lab))
        );
        let line = match document.position(&step.at) {
            Some(position) => format!("{}:{}", source.name, position.line),
            None => source.name.clone(),
        };
        let _ =
            writeln!(text, "     {}", colour.paint(Ink::Faint, &format!("{} ({line})", step.why)));
    }
    text
}
