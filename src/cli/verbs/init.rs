use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, reason};
use crate::import;
use crate::lab::{LabName, Source};
use crate::topology;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// `init`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file to write
    #[arg(default_value = "lab.yaml")]
    pub file: PathBuf,
    /// The built-in topology to begin with [default: a small NAT lab with comments]
    #[arg(long, value_name = "TOPOLOGY")]
    pub from: Option<String>,
    /// Begin with what `ipvsadm -S -n` printed: the nodes and networks around it are guessed
    #[arg(long, value_name = "TABLE", conflicts_with = "from")]
    pub from_ipvsadm: Option<String>,
    /// Overwrite a file that is there
    #[arg(long)]
    pub force: bool,
}

/// Writes a file to begin with.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let text = match (&args.from, &args.from_ipvsadm) {
        (Some(name), _) => context.builtin(name)?.text,
        (None, Some(table)) => sketch(&name(&args.file)?, &context.text(table)?, context)?,
        (None, None) => topology::template(&name(&args.file)?).text,
    };
    let written = write(&args.file, &text, args.force);
    let file = args.file.display();
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::usage(format!("`{file}` exists already"))
            .help("name another file, or add --force"),
        _ => Failure::failed(format!("cannot write `{file}`: {}", reason(&error))),
    })?;
    context.note(&format!("wrote {file}; try `lvs-lab test {file}`"));
    Ok(Exit::Ok)
}

/// A topology around a table, if the table has no fault.
fn sketch(name: &LabName, table: &Source, context: &Context) -> Result<String, Failure> {
    match topology::table(&table.text) {
        Ok(table) => Ok(import::sketch(name, &table)),
        Err(faults) => {
            context.report_table(table, faults);
            Err(Failure::said(Exit::Usage))
        }
    }
}

fn write(file: &Path, text: &str, force: bool) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).create_new(!force);
    options.open(file)?.write_all(text.as_bytes())
}

/// The lab is called as its file, if that makes a name.
fn name(file: &Path) -> Result<LabName, Failure> {
    let stem = file.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
    stem.map_or_else(|| "lab".parse().map_err(Failure::usage), Ok)
}
