use super::args::{Global, Topology};
use super::failure::{Failure, reason};
use super::terminal;
use crate::diag::{self, Diagnostic};
use crate::lab::{Lab, Source};
use crate::text::{Colour, Style};
use crate::topology::{self, Misread};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Where the program itself is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// On the user's machine.
    Machine,
    /// Inside a guest of ours, on behalf of the program on the user's machine.
    Guest,
}

/// What a verb knows besides its own flags.
#[derive(Debug)]
pub struct Context {
    /// Flags of every verb.
    pub global: Global,
    /// Where the program is running.
    pub setting: Setting,
    /// The command line as it was typed, without the program's name.
    pub words: Vec<String>,
    /// Topologies that were read on the user's machine for this guest.
    pub sources: Vec<Source>,
}

impl Context {
    /// How standard output is coloured.
    pub fn colour(&self) -> Colour {
        terminal::colour(self.global.color, &std::io::stdout())
    }

    /// How standard error is coloured.
    pub fn error_colour(&self) -> Colour {
        terminal::colour(self.global.color, &std::io::stderr())
    }

    /// A runtime for the verb's own thread.
    pub fn runtime(&self) -> Result<tokio::runtime::Runtime, Failure> {
        let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
        built.map_err(|error| Failure::failed(format!("cannot start a runtime: {error}")))
    }

    /// Says something that is no result, unless the user wants quiet.
    pub fn note(&self, text: &str) {
        if !self.global.quiet {
            terminal::complain(&format!("{text}\n"));
        }
    }

    /// The topology that the user named: a built-in one, a file, or `-`, standard input. What makes
    /// a file no text goes to standard error.
    pub fn source(&self, name: &str) -> Result<Source, Failure> {
        self.readable(self.read(name)?)
    }

    /// The same, or what makes the file no text.
    pub fn read(&self, name: &str) -> Result<Result<Source, Misread>, Failure> {
        if let Some(source) = self.sources.iter().find(|source| source.name == name) {
            return Ok(Ok(source.clone()));
        }
        if let Some(source) = topology::builtin(name) {
            return Ok(Ok(source));
        }
        match bytes(name) {
            Ok(bytes) => Ok(topology::decode(name, bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound && !looks_like_path(name) => {
                Err(unknown_topology(name))
            }
            Err(error) => Err(Failure::usage(format!("cannot read `{name}`: {}", reason(&error)))),
        }
    }

    /// The built-in topology of that name.
    pub fn builtin(&self, name: &str) -> Result<Source, Failure> {
        topology::builtin(name).ok_or_else(|| unknown_topology(name))
    }

    /// The valid lab that the user named, under the name that it is to have. Its faults and
    /// warnings go to standard error.
    pub fn lab(&self, wanted: &Topology) -> Result<(Source, Lab), Failure> {
        let mut source = self.source(&wanted.topology)?;
        let table = self.table(wanted)?;
        if let Some(table) = &table {
            source = topology::with_table(&source, &table.text).ok_or_else(|| {
                Failure::usage(format!("`{}` has a table of ipvsadm already", source.name))
                    .help("take its key `ipvsadm` out, or leave --ipvsadm out")
            })?;
        }
        let mut lab = self.load_with(&source, table.as_ref())?;
        if let Some(name) = &wanted.name {
            lab.name = name.parse().map_err(Failure::usage)?;
        }
        Ok((source, lab))
    }

    /// The table of ipvsadm that the user gave beside the topology; in a guest it is in there
    /// already.
    fn table(&self, wanted: &Topology) -> Result<Option<Source>, Failure> {
        match &wanted.ipvsadm {
            Some(file) if file == "-" && wanted.topology == "-" => {
                Err(Failure::usage("standard input cannot be both the topology and its table")
                    .help("write one of them into a file"))
            }
            Some(file) if self.setting == Setting::Machine => self.text(file).map(Some),
            _ => Ok(None),
        }
    }

    /// The text of a file that is no topology. What makes it no text goes to standard error.
    pub fn text(&self, file: &str) -> Result<Source, Failure> {
        let bytes = bytes(file)
            .map_err(|error| Failure::usage(format!("cannot read `{file}`: {}", reason(&error))))?;
        self.readable(topology::decode(file, bytes))
    }

    fn readable(&self, read: Result<Source, Misread>) -> Result<Source, Failure> {
        read.map_err(|misread| {
            self.report_misread(&[misread]);
            Failure::said(super::exit::Exit::Usage)
        })
    }

    /// The valid lab of a source. Its faults and warnings go to standard error.
    pub fn load(&self, source: &Source) -> Result<Lab, Failure> {
        self.load_with(source, None)
    }

    /// The same of a source that got its table from a file of its own.
    fn load_with(&self, source: &Source, table: Option<&Source>) -> Result<Lab, Failure> {
        match topology::load(source) {
            Ok(valid) => {
                if !self.global.quiet && self.setting == Setting::Machine {
                    self.report_faults(source, table, valid.warnings);
                }
                Ok(valid.lab)
            }
            Err(faults) => {
                self.report_faults(source, table, faults);
                Err(Failure::said(super::exit::Exit::Usage))
            }
        }
    }

    /// The blank of a topology: see [`topology::blank`].
    pub fn blank(&self, source: &Source) -> Result<Source, Failure> {
        topology::blank(source).map_err(|faults| {
            self.report_faults(source, None, faults);
            Failure::said(super::exit::Exit::Usage)
        })
    }

    fn report_faults(&self, source: &Source, table: Option<&Source>, faults: Vec<Diagnostic>) {
        let inside = |fault: &Diagnostic| table.is_some() && topology::is_in_table(fault);
        let (inside, rest): (Vec<_>, Vec<_>) = faults.into_iter().partition(inside);
        terminal::complain(&render(source, &rest, self.error_colour()));
        if let Some(table) = table {
            self.report_table(table, inside);
        }
    }

    /// Shows the faults of files that are no topologies.
    pub fn report_misread(&self, misread: &[Misread]) {
        for Misread { source, faults } in misread {
            terminal::complain(&diag::text(source, faults, style(self.error_colour())));
        }
    }

    /// Shows the faults of a table of ipvsadm's.
    pub fn report_table(&self, table: &Source, faults: Vec<Diagnostic>) {
        let placed = topology::placed_in_table(&table.text, faults);
        terminal::complain(&diag::text(table, &placed, style(self.error_colour())));
    }
}

/// Faults of a source for a person to read.
pub fn render(source: &Source, faults: &[Diagnostic], colour: Colour) -> String {
    diag::text(source, faults, style(colour))
}

fn style(colour: Colour) -> Style {
    Style { width: Some(terminal::width()), colour, ..Style::default() }
}

/// What is in a file, or comes from standard input for `-`: no more of it than is needed to see
/// that it is too much.
pub fn bytes(name: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = topology::LARGEST as u64 + 1;
    match name {
        "-" => io::stdin().take(most).read_to_end(&mut bytes)?,
        path => std::fs::File::open(path)?.take(most).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
}

fn looks_like_path(name: &str) -> bool {
    let folder = name.contains('/') && !name.starts_with(topology::NOTES);
    folder || Path::new(name).extension().is_some()
}

fn unknown_topology(name: &str) -> Failure {
    let names: Vec<_> = topology::builtins().iter().map(|b| b.name).collect();
    let near = topology::did_you_mean(name, names.iter().copied());
    let known = format!("built-in topologies: {}; or give a file", names.join(", "));
    Failure::usage(format!("there is no topology called `{name}`")).help(match near {
        Some(near) => format!("did you mean `{near}`? {known}"),
        None => known,
    })
}
