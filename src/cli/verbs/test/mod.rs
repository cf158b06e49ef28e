//! `test`: labs are built, proved and taken down, each by a worker process or in a guest of its
//! own; this process listens to their events, shows them, and writes the reports.

mod crew;
mod show;
mod worker;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, reason};
use crate::cli::report_file::{ReportFile, ReportKind};
use crate::lab::Lab;
use crate::lab::Source;
use crate::report::{self, Report, Verdict};

/// `test`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Built-in topologies, or files
    #[arg(required = true, value_name = "TOPOLOGY")]
    pub topologies: Vec<String>,
    /// Write a report as well: html=FILE, json=FILE, junit=FILE or tap=FILE
    #[arg(long, value_name = "KIND=FILE")]
    pub report: Vec<ReportFile>,
    /// How many labs to test at once
    #[arg(long, short, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: u16,
}

/// A lab that is to be tested.
struct Task {
    /// The topology as the user named it.
    named: String,
    source: Source,
    lab: Lab,
}

/// Tests every topology; the exit code is the verdict.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let tasks = args.topologies.iter().map(|named| {
        let source = context.source(named)?;
        let lab = context.load(&source)?;
        Ok(Task { named: named.clone(), source, lab })
    });
    let tasks = tasks.collect::<Result<Vec<_>, Failure>>()?;
    let report = crew::test(&tasks, args.jobs.into(), context)?;
    show::summary(&report);
    for file in &args.report {
        write(file, &report)?;
    }
    Ok(match report.verdict() {
        Verdict::Passed => Exit::Ok,
        Verdict::Failed => Exit::Unproven,
        Verdict::Errored => Exit::Failed,
    })
}

fn write(file: &ReportFile, report: &Report) -> Result<(), Failure> {
    let path = file.path.display();
    let failed = |error: &dyn std::fmt::Display| {
        Failure::failed(format!("cannot write the report `{path}`: {error}"))
    };
    let text = match file.kind {
        ReportKind::Json => report::json(report).map_err(|error| failed(&error)),
        ReportKind::Junit => report::junit(report).map_err(|error| failed(&error)),
        ReportKind::Tap => Ok(report::tap(report)),
        ReportKind::Html => Ok(report::html(report)),
    }?;
    std::fs::write(&file.path, text).map_err(|error| failed(&reason(&error)))
}
