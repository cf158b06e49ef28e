use crate::cli::context::{Context, bytes};
use crate::cli::disk::Disk;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, reason};
use crate::lab::{LabName, Source};
use crate::topology::{self, Misread, Sketched};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The file beside the written one that tells an editor what may stand there.
const SCHEMA: &str = "lvs-lab.schema.json";

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
    /// Begin with a director's ldirectord.cf: the nodes and networks around it are guessed
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["from", "from_ipvsadm", "from_keepalived"]
    )]
    pub from_ldirectord: Option<String>,
    /// What keepalived is told that the director is (keepalived -i), where lines of its file are
    /// for one only (`@ID`); several of one file are several directors [default: every ID of it]
    #[arg(long, value_name = "ID", num_args = 1.., requires = "from_keepalived")]
    pub config_id: Vec<String>,
    /// Begin with a topology's nodes, links and addresses, for typing its LVS by hand
    #[arg(
        long,
        value_name = "TOPOLOGY",
        conflicts_with_all = ["from", "from_ipvsadm", "from_keepalived", "from_ldirectord"]
    )]
    pub blank_from: Option<String>,
    /// Overwrite a file that is there
    #[arg(long)]
    pub force: bool,
}

/// Writes a file to begin with.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    if let Some(table) = &args.from_ipvsadm {
        let name = name(&args.file)?;
        let made = read(table)?.and_then(|source| topology::of_table(&name, &source));
        return around(made.map_err(|misread| vec![misread]), args, context);
    }
    if let Some(file) = &args.from_ldirectord {
        let name = name(&args.file)?;
        let made = read(file)?.and_then(|source| topology::of_ldirectord(&name, &source));
        return around(made.map_err(|misread| vec![misread]), args, context);
    }
    if !args.from_keepalived.is_empty() {
        return around(cluster(args)?, args, context);
    }
    let text = text(args, context)?;
    write(args, &text)?;
    if let Some(whole) = &args.blank_from {
        let file = args.file.display();
        let name = context.load(&Source { name: file.to_string(), text })?.name;
        context.note(&format!(
            "wrote {file}; after `lvs-lab up {file}` and your commands, `lvs-lab status {name} \
             --against {whole}` says what is missing, and `lvs-lab test {whole} --live {name}` \
             proves it"
        ));
        return Ok(Exit::Ok);
    }
    if args.from.is_some() {
        write_schema(&args.file)?;
    }
    let file = args.file.display();
    context.note(&format!("wrote {file}; try `lvs-lab test {file}`"));
    Ok(Exit::Ok)
}

fn text(args: &Args, context: &Context) -> Result<String, Failure> {
    if let Some(whole) = &args.blank_from {
        return Ok(context.blank(&context.source(whole)?)?.text);
    }
    Ok(match &args.from {
        Some(name) => topology::with_schema(&context.builtin(name)?.text, SCHEMA),
        None => topology::template(&name(&args.file)?).text,
    })
}

/// Writes a topology around directors' files, and says in those files' words what is wrong. Only
/// what has no fault is worth a test.
fn around(
    made: Result<Sketched, Vec<Misread>>,
    args: &Args,
    context: &Context,
) -> Result<Exit, Failure> {
    let made = made.map_err(|misread| {
        context.report_misread(&misread);
        Failure::said(Exit::Usage)
    })?;
    write(args, &made.topology.text)?;
    let head = head(&made.topology.text);
    let file = args.file.display();
    if made.found.is_empty() {
        let verb = if made.is_proven { "test" } else { "up" };
        context.note(&format!("wrote {file}{head}; try `lvs-lab {verb} {file}`"));
        return Ok(Exit::Ok);
    }
    let at_fault = made.is_at_fault();
    context.report_misread(&made.found);
    context.note(&format!("wrote {file}{head}"));
    if at_fault { Err(Failure::said(Exit::Usage)) } else { Ok(Exit::Ok) }
}

/// A topology around directors; each file that is no text is told.
fn cluster(args: &Args) -> Result<Result<Sketched, Vec<Misread>>, Failure> {
    let (mut sources, mut misread) = (Vec::new(), Vec::new());
    for file in &args.from_keepalived {
        match read(file)? {
            Ok(source) => sources.push(source),
            Err(found) => misread.push(found),
        }
    }
    if !misread.is_empty() {
        return Ok(Err(misread));
    }
    Ok(topology::sketch(&name(&args.file)?, &sources, &Disk, &args.config_id))
}

/// Another tool's file, from standard input for `-`.
fn read(file: &str) -> Result<Result<Source, Misread>, Failure> {
    let bytes = bytes(file)
        .map_err(|error| Failure::usage(format!("cannot read `{file}`: {}", reason(&error))))?;
    Ok(topology::decode_foreign(file, bytes))
}

/// How many things the head of a file names.
fn head(text: &str) -> String {
    let gone = text.lines().filter(|line| line.starts_with("# - ")).count();
    match gone {
        0 => String::new(),
        1 => "; its head names what is guessed or left out".to_owned(),
        several => format!("; its head names {several} things that are guessed or left out"),
    }
}

fn write(args: &Args, text: &str) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).create_new(!args.force);
    let file = args.file.display();
    let written = options.open(&args.file).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::usage(format!("`{file}` exists already"))
            .help("name another file, or add --force"),
        _ => Failure::failed(format!("cannot write `{file}`: {}", reason(&error))),
    })
}

/// Writes the schema that the file names, over that of an earlier version.
fn write_schema(beside: &Path) -> Result<(), Failure> {
    let path = beside.with_file_name(SCHEMA);
    let written = serde_json::to_string_pretty(&topology::schema()).map_err(std::io::Error::from);
    let written = written.and_then(|text| replace(&path, &(text + "\n")));
    written.map_err(|error| {
        Failure::failed(format!("cannot write `{}`: {}", path.display(), reason(&error)))
    })
}

/// Puts a file in the place of another one, be that a link or not.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let made = OpenOptions::new().write(true).create_new(true).open(&new);
    let written = made.and_then(|mut file| file.write_all(text.as_bytes()));
    written.and_then(|()| std::fs::rename(&new, path)).inspect_err(|_| {
        let _ = std::fs::remove_file(&new);
    })
}

/// The lab is called as its file, if that makes a name.
fn name(file: &Path) -> Result<LabName, Failure> {
    let stem = file.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
    stem.map_or_else(|| "lab".parse().map_err(Failure::usage), Ok)
}
