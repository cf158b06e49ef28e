use super::hold::{Charge, hold};
use super::{Blueprint, Ground, SupervisorError};
use crate::lab::LabName;
use crate::report::Event;
use crate::state::{Lock, StateError};
use nix::errno::Errno;
use nix::unistd::{ForkResult, fork};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// How much of its log a dead supervisor is quoted with, in lines.
const LAST_WORDS: usize = 10;

/// A supervisor at work, seen from its caller: an iterator over its events, up to
/// [`Event::Up`] or [`Event::Failed`]. If it is dropped before, the supervisor undoes its work.
#[derive(Debug)]
pub struct Launched {
    lab: LabName,
    log: PathBuf,
    link: BufReader<UnixStream>,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Building,
    Over,
}

/// Stops a supervisor that is building, from a signal handler's thread for example.
#[derive(Debug)]
pub struct Interrupter(UnixStream);

/// Starts a process that builds a lab and then holds it. It shares the lock until the lab is up,
/// or everything is undone.
///
/// Call it before the program has threads or a runtime. The lab's directory must not be there yet.
///
/// # Errors
///
/// The directory or the process cannot be made. What fails later is an event.
pub fn launch(
    blueprint: Blueprint,
    ground: Ground,
    lock: &Lock,
) -> Result<Launched, SupervisorError> {
    has_one_thread()?;
    ground.directory.create()?;
    let (lab, log) = (ground.directory.name().clone(), ground.directory.log());
    let directory = ground.directory.path().to_owned();
    start(blueprint, ground, lock)
        .map(|link| Launched { lab, log, link: BufReader::new(link), phase: Phase::Building })
        .inspect_err(|_| {
            // Nothing is in it yet.
            let _ = fs::remove_dir(directory);
        })
}

fn start(blueprint: Blueprint, ground: Ground, lock: &Lock) -> Result<UnixStream, SupervisorError> {
    let (ours, theirs) = UnixStream::pair().map_err(|error| refused("socketpair", error))?;
    let charge = Charge { blueprint, ground, link: theirs, lock: lock.share()? };
    // SAFETY: there is only one thread, so that no lock can be held by another one for ever.
    match unsafe { fork() } {
        Ok(ForkResult::Parent { .. }) => Ok(ours),
        Ok(ForkResult::Child) => hold(charge),
        Err(errno) => Err(SupervisorError::Start { call: "fork", errno }),
    }
}

fn has_one_thread() -> Result<(), SupervisorError> {
    let threads = fs::read_dir("/proc/self/task");
    match threads.map_err(|error| refused("open", error))?.count() {
        1 => Ok(()),
        _ => Err(SupervisorError::Threads),
    }
}

fn refused(call: &'static str, error: std::io::Error) -> SupervisorError {
    let errno = Errno::try_from(error).unwrap_or(Errno::EIO);
    SupervisorError::Start { call, errno }
}

impl Launched {
    /// What stops the supervisor while it builds.
    pub fn interrupter(&self) -> Result<Interrupter, SupervisorError> {
        let link = self.link.get_ref().try_clone().map_err(|error| refused("dup", error))?;
        Ok(Interrupter(link))
    }

    fn read(&mut self) -> Result<Event, SupervisorError> {
        let mut line = String::new();
        match self.link.read_line(&mut line) {
            Ok(length) if length > 0 => serde_json::from_str(&line).map_err(|error| {
                SupervisorError::Garbled { lab: self.lab.clone(), fault: error.to_string() }
            }),
            _ => Err(SupervisorError::Died {
                lab: self.lab.clone(),
                last_words: last_words(&self.log),
            }),
        }
    }
}

impl Iterator for Launched {
    type Item = Result<Event, SupervisorError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.phase == Phase::Over {
            return None;
        }
        let event = self.read();
        if matches!(event, Err(_) | Ok(Event::Up { .. } | Event::Failed { .. })) {
            self.phase = Phase::Over;
        }
        Some(event)
    }
}

impl Interrupter {
    /// Makes the supervisor undo its work; the reason follows "interrupted", as in "by SIGINT".
    /// It goes on telling events, until [`Event::Failed`].
    pub fn interrupt(&self, reason: &str) {
        // If it is up or dead already, there is nobody to be told.
        let _ = (&self.0).write_all(reason.as_bytes());
        let _ = self.0.shutdown(Shutdown::Write);
    }
}

fn last_words(log: &Path) -> String {
    let text = fs::read(log).map_err(StateError::refused("read", log)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_WORDS)..].join("\n")
}
