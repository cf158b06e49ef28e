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
    /// Begin with the keepalived.conf of a director, or those of several: the nodes and networks
    /// around them are guessed
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["from", "from_ipvsadm"])]
    pub from_keepalived: Vec<String>,
    /// Begin with a topology's nodes, links and addresses, for typing its LVS by hand
    #[arg(
        long,
        value_name = "TOPOLOGY",
        conflicts_with_all = ["from", "from_ipvsadm", "from_keepalived"]
    )]
    pub blank_from: Option<String>,
    /// Overwrite a file that is there
    #[arg(long)]
    pub force: bool,
}

/// Writes a file to begin with.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let text = text(args, context)?;
    let written = write(&args.file, &text, args.force);
    let file = args.file.display();
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::usage(format!("`{file}` exists already"))
            .help("name another file, or add --force"),
        _ => Failure::failed(format!("cannot write `{file}`: {}", reason(&error))),
    })?;
    if let Some(whole) = &args.blank_from {
        let name = context.load(&Source { name: file.to_string(), text })?.name;
        context.note(&format!(
            "wrote {file}; after `lvs-lab up {file}` and your commands, `lvs-lab status {name} \
             --against {whole}` says what is missing, and `lvs-lab test {whole} --live {name}` \
             proves it"
        ));
        return Ok(Exit::Ok);
    }
    if args.from_keepalived.is_empty() {
        context.note(&format!("wrote {file}; try `lvs-lab test {file}`"));
        return Ok(Exit::Ok);
    }
    sketched(&args.file, text, context)
}

fn text(args: &Args, context: &Context) -> Result<String, Failure> {
    if !args.from_keepalived.is_empty() {
        return cluster(&name(&args.file)?, &args.from_keepalived, context);
    }
    if let Some(whole) = &args.blank_from {
        return Ok(context.blank(&context.source(whole)?)?.text);
    }
    Ok(match (&args.from, &args.from_ipvsadm) {
        (Some(name), _) => context.builtin(name)?.text,
        (None, Some(table)) => sketch(&name(&args.file)?, &context.text(table)?, context)?,
        (None, None) => topology::template(&name(&args.file)?).text,
    })
}

/// A topology around directors, if their configurations have no fault.
fn cluster(name: &LabName, files: &[String], context: &Context) -> Result<String, Failure> {
    let sources: Result<Vec<_>, _> = files.iter().map(|file| context.text(file)).collect();
    topology::sketch(name, &sources?).map(|sketch| sketch.text).map_err(|misread| {
        context.report_misread(&misread);
        Failure::said(Exit::Usage)
    })
}

/// Says what is left to do: a configuration may ask for what keepalived takes and no lab should
/// have.
fn sketched(path: &Path, text: String, context: &Context) -> Result<Exit, Failure> {
    let file = path.display();
    let gone = text.lines().filter(|line| line.starts_with("# - ")).count();
    let head = match gone {
        0 => String::new(),
        1 => "; its head names what is guessed or left out".to_owned(),
        several => format!("; its head names {several} things that are guessed or left out"),
    };
    context.note(&format!("wrote {file}{head}; try `lvs-lab test {file}`"));
    context.load(&Source { name: file.to_string(), text }).map(|_| Exit::Ok)
}

/// A topology around a table, if the table has no fault.
fn sketch(name: &LabName, table: &Source, context: &Context) -> Result<String, Failure> {
    match topology::table(&table.text) {
        Ok(read) if read.services.is_empty() => {
            Err(Failure::usage(format!("there is no virtual service in `{}`", table.name))
                .help("name a file with what `ipvsadm -S -n` printed"))
        }
        Ok(read) => Ok(import::sketch(name, &read)),
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
