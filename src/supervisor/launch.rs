use super::detach::detach;
use super::hold::hold;
use super::{Assignment, SupervisorError};
use crate::report::Event;
use crate::state::{Lock, Process, Provider, Record};
use nix::fcntl::OFlag;
use nix::unistd::{ForkResult, Pid, fork, pipe2};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::SystemTime;

/// A supervisor that was started, seen by the command that did it.
#[derive(Debug)]
pub struct Launched {
    /// Its process; SIGTERM before [`Event::Up`] makes it take everything back.
    pub pid: Pid,
    events: BufReader<File>,
}

impl Iterator for Launched {
    type Item = Event;

    /// The next event; none once it is up, or has given up.
    fn next(&mut self) -> Option<Event> {
        let mut line = String::new();
        self.events.read_line(&mut line).ok().filter(|length| *length > 0)?;
        serde_json::from_str(&line).ok()
    }
}

/// Starts the process that builds and holds a lab. It shares the lock until the lab is up.
///
/// Must be called while the process has one thread only.
pub fn launch(assignment: &Assignment, lock: &Lock) -> Result<Launched, SupervisorError> {
    let failed = |call| move |errno| SupervisorError::Start { call, errno };
    let (reader, writer) = pipe2(OFlag::O_CLOEXEC).map_err(failed("pipe"))?;
    // SAFETY: there is one thread, so that no lock can be held by another one.
    match unsafe { fork() }.map_err(failed("fork"))? {
        ForkResult::Parent { child } => {
            drop(writer);
            Ok(Launched { pid: child, events: BufReader::new(File::from(reader)) })
        }
        ForkResult::Child => {
            drop(reader);
            let code = supervise(assignment, lock, writer);
            std::process::exit(code)
        }
    }
}

/// The life of the supervisor, to its exit code.
fn supervise(assignment: &Assignment, lock: &Lock, writer: OwnedFd) -> i32 {
    let (pipe, flock) = (writer.as_raw_fd(), lock.as_fd().as_raw_fd());
    let begun = detach(&assignment.dir.log(), &[pipe, flock]).map_err(|error| error.to_string());
    let begun = begun.and_then(|()| record(assignment).map_err(|error| error.to_string()));
    let mut events = File::from(writer);
    if let Err(message) = begun {
        let undone = "nothing had been done".to_owned();
        tell(&mut events, &Event::Failed { message, undone, left: Vec::new() });
        return 1;
    }
    hold(assignment, lock, events)
}

fn record(assignment: &Assignment) -> Result<(), crate::state::StateError> {
    let record = Record {
        lab: assignment.lab.name.clone(),
        provider: Provider::Host,
        supervisor: Process::current()?,
        source: assignment.source.clone(),
        since: SystemTime::now(),
    };
    record.write(&assignment.dir)
}

/// Sends an event as a line of JSON; tells whether anybody listens.
pub(super) fn tell(to: &mut impl Write, event: &Event) -> bool {
    let Ok(mut line) = serde_json::to_vec(event) else { return false };
    line.push(b'\n');
    to.write_all(&line).is_ok()
}
