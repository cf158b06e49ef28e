use super::mounts::{self, NamespaceId};
use crate::state::{Exit, LabDir, Process, Record, StateError};
use nix::sys::signal::Signal;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// How long a supervisor may take to end in order.
const GRACE: Duration = Duration::from_secs(1);

/// How long the kernel may take to end a killed process.
const DEATH: Duration = Duration::from_secs(60);

/// How often processes are looked for: they may start others while they are being killed.
const ROUNDS: usize = 10;

/// Tells the process that holds the lab to end; none if it has none, or holds itself.
pub(super) fn tell_supervisor(lab: &LabDir) -> Result<Option<Process>, String> {
    let tell = || -> Result<Option<Process>, StateError> {
        let Some(record) = Record::read(lab)? else { return Ok(None) };
        if record.supervisor == Process::current()? {
            return Ok(None);
        }
        record.supervisor.kill(Signal::SIGTERM)?;
        Ok(Some(record.supervisor))
    };
    tell().map_err(|error| error.to_string())
}

/// Waits for the end of a supervisor that was told to, and forces it if need be. One that cleans up
/// after itself ends when it is done.
pub(super) fn end_supervisor(told: Process) -> Result<(), String> {
    let end = || -> Result<Exit, StateError> {
        if told.wait_gone(GRACE)? == Exit::Gone {
            return Ok(Exit::Gone);
        }
        told.kill(Signal::SIGKILL)?;
        told.wait_gone(DEATH)
    };
    match end() {
        Ok(Exit::Gone) => Ok(()),
        Ok(Exit::Running) => Err(format!("supervisor, process {}, does not end", told.pid)),
        Err(error) => Err(error.to_string()),
    }
}

/// Kills every process in the lab's namespaces but the calling one; returns how many, and what
/// could not be killed.
pub(super) fn end_inhabitants(lab: &LabDir) -> (usize, Vec<String>) {
    let mut ended = 0;
    let mut left = Vec::new();
    for _ in 0..ROUNDS {
        let found = inhabitants(lab);
        if found.is_empty() {
            return (ended, Vec::new());
        }
        left = found.iter().filter_map(|process| kill(*process).err()).collect();
        ended += found.len() - left.len();
        // What no signal has ended in this round, none will end in the next.
        if left.len() == found.len() {
            break;
        }
    }
    (ended, left)
}

/// Most often every process is in the machine's own namespace, and the lab's need no look.
fn inhabitants(lab: &LabDir) -> Vec<Process> {
    let Some(machine) = mounts::machine() else { return Vec::new() };
    let own = nix::unistd::getpid().as_raw();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|e| e.file_name().to_str()?.parse::<i32>().ok());
    let elsewhere = |pid: &i32| namespace(*pid).is_some_and(|id| id != machine);
    let elsewhere: Vec<_> = pids.filter(|pid| *pid != own && elsewhere(pid)).collect();
    if elsewhere.is_empty() {
        return Vec::new();
    }
    let namespaces = mounts::namespaces(lab);
    // Its number may be another's by the time it is killed, its start time not.
    let processes = elsewhere.into_iter().filter_map(Process::running);
    let inside = |p: &Process| namespace(p.pid).is_some_and(|id| namespaces.contains(&id));
    processes.filter(inside).collect()
}

fn namespace(pid: i32) -> Option<NamespaceId> {
    NamespaceId::at(Path::new(&format!("/proc/{pid}/ns/net")))
}

fn kill(process: Process) -> Result<(), String> {
    let killed = process.kill(Signal::SIGKILL).and_then(|()| process.wait_gone(DEATH));
    match killed {
        Ok(Exit::Gone) => Ok(()),
        Ok(Exit::Running) => Err(format!("process {} does not end", process.pid)),
        Err(error) => Err(error.to_string()),
    }
}
