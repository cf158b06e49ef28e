//! `test`: labs are built, proved and taken down, each by a worker process or in a guest of its
//! own, or a lab that is up is proved; this process listens to their events, shows them, and
//! writes the reports.

mod course;
mod crew;
mod files;
mod findings;
mod kept;
mod program;
mod show;
mod stop;
mod task;
mod worker;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::report_file::ReportFile;
use crate::report::{RunState, Verdict};
use files::Files;
use findings::Findings;
use nix::sys::signal::Signal;
use stop::Stop;
use task::Task;
use worker::Desk;

/// `test`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Built-in topologies, or files
    #[arg(required_unless_present = "live", value_name = "TOPOLOGY")]
    pub topologies: Vec<String>,
    /// Run this scenario only; may be given several times
    #[arg(long, value_name = "NAME")]
    pub scenario: Vec<String>,
    /// Run the scenarios in this lab, which is up and stays so: those of the topology, if one is
    /// named, or of what the lab was built from
    #[arg(long, value_name = "LAB")]
    pub live: Option<String>,
    /// Leave a lab up whose scenarios did not all pass
    #[arg(long, conflicts_with = "live")]
    pub keep: bool,
    /// Write a report as well: html=FILE, json=FILE, junit=FILE or tap=FILE
    #[arg(long, value_name = "KIND=FILE")]
    pub report: Vec<ReportFile>,
    /// How many labs to test at once
    #[arg(long, short, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: u16,
}

/// Tests every topology; the exit code is the verdict.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let tasks = task::tasks(args, context)?;
    let mut findings = Findings::begin(Files::open(&args.report).map_err(Failure::usage)?)?;
    let stop = Stop::watch()?;
    let desk = Desk { context, stop: &stop };
    crew::test(&tasks, args.jobs.into(), &desk, &mut findings);
    let (report, written) = findings.end(&tasks, state(stop.signal()));
    show::summary(&report);
    written?;
    if let (Some(signal), Some(interrupted)) = (stop.signal(), report.fault()) {
        let failure = ended_early(&interrupted, args, &tasks);
        return Err(Failure { exit: Exit::by(signal), ..failure });
    }
    Ok(match report.verdict() {
        Verdict::Passed => Exit::Ok,
        Verdict::Failed => Exit::Unproven,
        Verdict::Errored => Exit::Failed,
    })
}

fn state(signal: Option<Signal>) -> RunState {
    let interrupted = |signal: Signal| RunState::Interrupted { signal: signal.to_string() };
    signal.map_or(RunState::Finished, interrupted)
}

fn ended_early(interrupted: &str, args: &Args, tasks: &[Task]) -> Failure {
    let failure = Failure::failed(interrupted);
    match tasks {
        [Task { ground: task::Ground::Live { lab, .. }, .. }] => failure.help(format!(
            "`{lab}` stays up; `lvs-lab heal {lab}` repairs what a scenario may have broken"
        )),
        _ if args.report.is_empty() => failure,
        _ => failure.help("the reports have what was found until then"),
    }
}
