use super::log::Log;
use super::running::{MARK, mark};
use crate::kernel::{Cause, Namespace};
use crate::programs::Program;
use nix::errno::Errno;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::unistd::{getpid, getppid, setsid};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::sleep;

/// How often it is looked whether a foreign program works.
const PAUSE: Duration = Duration::from_millis(10);

/// Where a daemon lives.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// Its director's namespace.
    pub namespace: &'a Namespace,
    /// Where it keeps its files.
    pub directory: &'a Path,
    /// Its name.
    pub daemon: &'a str,
}

impl Place<'_> {
    /// A file of its own.
    pub fn file(&self, suffix: &str) -> PathBuf {
        self.directory.join(format!("{}.{suffix}", self.daemon))
    }
}

/// Where a daemon's standard output goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// To whoever starts it.
    Pipe,
    /// To its log, as its errors do.
    Log,
}

/// A daemon's first process; letting go of it leaves it running.
pub struct Launched {
    process: Child,
    log: Log,
}

/// Starts a program as a daemon in a namespace, with a /sys of its own: in a session of its own,
/// marked, and killed when the calling thread ends.
pub fn launch(
    place: Place<'_>,
    program: Program,
    arguments: &[&OsStr],
    output: Output,
) -> Result<Launched, Cause> {
    let (log, file) = Log::open(&place.file("log"))?;
    let mark = mark(place.directory, place.daemon).map_err(|e| Cause::io("stat", e))?;
    let errors = file.try_clone().map_err(|e| Cause::io("fcntl", e))?;
    let output = match output {
        Output::Pipe => Stdio::piped(),
        Output::Log => file.into(),
    };
    let mut command = Command::new(program.name);
    // What ps(1) shows.
    command.arg0(program.package);
    command.args(arguments).stdin(Stdio::null()).stdout(output).stderr(errors);
    command.env(MARK, mark).env("LC_ALL", "C").current_dir("/");
    // Without it ldirectord sets it and begins once more, which doubles the time that it takes.
    command.env("PERLIO", "perlio");
    let (namespace, parent) = (place.namespace.clone(), getpid());
    let begin = move || {
        set_pdeathsig(Signal::SIGKILL)?;
        if getppid() != parent {
            // It died before it was watched.
            return Err(Errno::ESRCH.into());
        }
        setsid()?;
        namespace.enter()
    };
    // SAFETY: between fork and exec it makes system calls only, and allocates nothing.
    unsafe { command.pre_exec(begin) };
    let process = command.spawn().map_err(|error| program.not_started(error))?;
    Ok(Launched { process, log })
}

impl Launched {
    /// The first line that it says on its standard output; none if it ends without a word.
    pub async fn first_line(&mut self) -> Option<String> {
        use tokio::io::{AsyncBufReadExt, BufReader};
        let output = self.process.stdout.take()?;
        BufReader::new(output).lines().next_line().await.ok().flatten()
    }

    /// Waits until something is true of it; its end is an error.
    pub async fn until(&mut self, mut works: impl AsyncFnMut(&Log) -> bool) -> Result<(), Cause> {
        while !works(&self.log).await {
            if self.process.try_wait().map_err(|e| Cause::io("waitid", e))?.is_some() {
                return Err(self.failure().await);
            }
            sleep(PAUSE).await;
        }
        Ok(())
    }

    /// The last lines that it said.
    pub fn last_words(&self) -> String {
        self.log.last_words()
    }

    /// How it ended, with its last words.
    pub async fn failure(&mut self) -> Cause {
        match self.process.wait().await {
            Ok(status) => Cause::Program { status, output: self.log.last_words() },
            Err(error) => Cause::io("waitid", error),
        }
    }
}
