use super::kept;
use super::program::{End, Program};
use super::stop::Stop;
use super::task::{Ground, Played, Task};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::guests;
use crate::guest::{self, client::Heard};
use crate::lab::{LabName, Source};
use crate::report::Event;
use crate::state::Provider;
use std::net::Shutdown;

/// Where labs are tested from.
pub struct Desk<'a> {
    /// What this command knows.
    pub context: &'a Context,
    /// What may end it early.
    pub stop: &'a Stop,
}

/// Has the scenarios of one lab run to their end, and passes the events on. The error says why it
/// ended badly; a lab that failed its scenarios is no error.
pub fn run(task: &Task, desk: &Desk<'_>, events: &mut dyn FnMut(Event)) -> Result<(), String> {
    match &task.ground {
        Ground::Own(choice) => match choice.provider {
            Provider::Host => {
                Program { task, args: arguments(task, &[]), end: End::Kill }.run(desk, events)
            }
            Provider::Uml => in_guest(task, desk, events),
        },
        Ground::Kept { choice, lab } => kept::run(task, (choice, lab), desk, events),
        Ground::Live { lab, topology } => {
            let flags: &[&str] = match topology {
                Played::AsBuilt => &["--as-built"],
                Played::Named => &[],
            };
            in_lab(task, lab, flags).run(desk, events)
        }
    }
}

/// A worker that plays in a lab that is up.
pub fn in_lab<'a>(task: &'a Task, lab: &LabName, flags: &[&str]) -> Program<'a> {
    let flags = [&["--live", lab.as_str()], flags].concat();
    Program { task, args: arguments(task, &flags), end: End::PassOn }
}

fn arguments(task: &Task, flags: &[&str]) -> Vec<String> {
    let scenarios = task.scenarios.iter().flat_map(|name| ["--scenario", name]);
    let line = ["test-worker"].into_iter().chain(scenarios).chain(flags.iter().copied());
    line.chain(["--", &task.named]).map(str::to_owned).collect()
}

fn in_guest(task: &Task, desk: &Desk<'_>, events: &mut dyn FnMut(Event)) -> Result<(), String> {
    let words = |failure: Failure| failure.message;
    let uml = guests::uml().map_err(words)?;
    let boot = guests::boot(&task.lab).map_err(words)?;
    let named = Source { name: task.named.clone(), text: task.source.text.clone() };
    let mut job = guests::job(desk.context, &[named], None);
    job.args = arguments(task, &[]);
    job.input = guest::Input::Nothing;
    let (mut strange, mut guard) = (None, None);
    let mut hear = |heard: Heard<'_>| match heard {
        Heard::Called(call) => {
            let hang_up = |call: std::os::unix::net::UnixStream| {
                desk.stop.on_signal(move |_| drop(call.shutdown(Shutdown::Both)))
            };
            guard = call.try_clone().ok().map(hang_up);
        }
        Heard::Booted(took) => events(Event::Booted { micros: took.as_micros() as u64 }),
        Heard::Line(line) => match serde_json::from_str(line) {
            Ok(event) => events(event),
            Err(_) => strange = Some(line.to_owned()),
        },
    };
    let ended = guest::client::once(uml, boot, job, &mut hear).map_err(|error| error.to_string());
    drop(guard);
    match (ended?, strange) {
        (0, None) => Ok(()),
        (0, Some(line)) => Err(format!("the worker said `{line}`")),
        (code, _) => Err(format!("the worker ended with code {code}")),
    }
}
