use super::running::{processes, processes_of};
use crate::kernel::Cause;
use crate::kernel::processes::{self, Process};
use nix::sys::signal::Signal;
use std::path::Path;
use std::time::Duration;

/// How long a daemon may take to end in order: keepalived takes up to two seconds.
const GRACE: Duration = Duration::from_secs(5);

/// Ends a daemon in order, and by force what is left of it.
pub async fn stop(directory: &Path, daemon: &str) -> Result<(), Cause> {
    for first in processes_of(directory, daemon)?.into_iter().filter(Process::leads_session) {
        first.signal(Signal::SIGTERM)?;
        first.await_end(GRACE).await.map_err(|e| Cause::io("epoll_ctl", e))?;
    }
    processes::kill_all(|| processes_of(directory, daemon))
}

/// Kills every daemon of a director at one stroke, so that none of them resigns.
pub fn kill_all(directory: &Path) -> Result<(), Cause> {
    processes::kill_all(|| Ok(processes(directory)?.into_iter().map(|(it, _)| it).collect()))
}
