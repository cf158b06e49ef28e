use super::caller::Caller;
use super::detach::detach;
use super::hold::hold;
use super::{Assignment, SupervisorError};
use crate::report::Event;
use crate::state::{Lock, StateError};
use nix::fcntl::OFlag;
use nix::unistd::{ForkResult, Pid, fork, pipe2};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::exit;
use tokio::runtime::Builder;

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
/// Must be called while the process has one thread only: a lock that another one holds would be
/// held for ever in the new process.
pub fn launch(assignment: &Assignment, lock: &Lock) -> Result<Launched, SupervisorError> {
    let failed = |call| move |errno| SupervisorError::Start { call, errno };
    has_one_thread()?;
    let share = lock.share()?;
    let (reader, writer) = pipe2(OFlag::O_CLOEXEC).map_err(failed("pipe"))?;
    // SAFETY: there is one thread.
    match unsafe { fork() }.map_err(failed("fork"))? {
        ForkResult::Parent { child } => {
            drop(writer);
            Ok(Launched { pid: child, events: BufReader::new(File::from(reader)) })
        }
        ForkResult::Child => {
            let life = || supervise(assignment.clone(), share, writer);
            // It must not return into the parent's part of the program, not even by a panic.
            exit(catch_unwind(AssertUnwindSafe(life)).unwrap_or(101))
        }
    }
}

fn has_one_thread() -> Result<(), SupervisorError> {
    let threads = fs::read_dir("/proc/self/task");
    let threads = threads.map_err(StateError::refused("read", Path::new("/proc/self/task")))?;
    match threads.count() {
        1 => Ok(()),
        _ => Err(SupervisorError::Threads),
    }
}

/// The life of the supervisor, to its exit code.
fn supervise(assignment: Assignment, lock: Lock, pipe: OwnedFd) -> i32 {
    let detached = detach(&assignment.dir.log(), &[pipe.as_raw_fd(), lock.as_fd().as_raw_fd()]);
    let mut caller = Caller::new(File::from(pipe));
    let runtime = detached.and_then(|()| Builder::new_current_thread().enable_all().build());
    match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(hold(assignment, lock, caller));
            // The end of the process closes every socket at once, and `down` waits for it.
            std::mem::forget(runtime);
            code
        }
        Err(error) => {
            let message = format!("cannot begin as a supervisor: {error}");
            let undone = "nothing had been done".to_owned();
            caller.tell(&Event::Failed { message, undone, left: Vec::new() });
            1
        }
    }
}
