use super::Cause;
use super::namespace::Namespace;
use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getsid};
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::timeout;

/// How long a killed process may take to be gone, in milliseconds.
const DEATH: u16 = 60_000;

/// A process, held by a descriptor so that no other can take its number's place meanwhile.
pub(super) struct Process {
    id: i32,
    held: OwnedFd,
}

/// The processes that have a variable in their environment, each with its value. Whatever a process
/// starts has it too.
pub(super) fn with_variable(name: &str) -> Result<Vec<(Process, String)>, Cause> {
    let entries = fs::read_dir("/proc").map_err(|e| Cause::io("read", e))?;
    let ids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    // Whoever ends while being looked at is none of them any more.
    let held = ids.filter_map(|id| Process::hold(id).ok());
    Ok(held.filter_map(|process| process.variable(name).map(|value| (process, value))).collect())
}

/// Kills what these processes are, without giving them time to do anything about it: they are
/// stopped first. Looks again until there are none, as they may be forking.
pub(super) fn kill_all(find: impl Fn() -> Result<Vec<Process>, Cause>) -> Result<(), Cause> {
    loop {
        let found = find()?;
        if found.is_empty() {
            return Ok(());
        }
        for signal in [Signal::SIGSTOP, Signal::SIGKILL] {
            for process in &found {
                process.signal(signal)?;
            }
        }
        for process in &found {
            process.await_death()?;
        }
    }
}

impl Process {
    /// pidfd_open(2).
    fn hold(id: i32) -> Result<Self, Errno> {
        // SAFETY: it takes two numbers, and gives a new descriptor that nobody else owns.
        unsafe {
            let fd = Errno::result(libc::syscall(libc::SYS_pidfd_open, id, 0))?;
            Ok(Self { id, held: OwnedFd::from_raw_fd(fd as i32) })
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        let environment = fs::read(format!("/proc/{}/environ", self.id)).ok()?;
        let mut values = environment
            .split(|byte| *byte == 0)
            .filter_map(|entry| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"="));
        values.next().map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// Whether it is in a network namespace.
    pub(super) fn is_in(&self, namespace: &Namespace) -> bool {
        let place = fs::metadata(format!("/proc/{}/ns/net", self.id)).map(|m| (m.dev(), m.ino()));
        matches!((place, namespace.identity()), (Ok(its), Ok(here)) if its == here)
    }

    /// Whether it began its session, as a daemon does.
    pub(super) fn leads_session(&self) -> bool {
        let own = Pid::from_raw(self.id);
        getsid(Some(own)) == Ok(own)
    }

    /// pidfd_send_signal(2); one that has ended gets nothing.
    pub(super) fn signal(&self, signal: Signal) -> Result<(), Cause> {
        let no_details = std::ptr::null::<libc::siginfo_t>();
        let (fd, signal) = (self.held.as_raw_fd(), signal as libc::c_int);
        // SAFETY: the descriptor is open, and a null pointer stands for the usual details.
        let sent = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, no_details, 0) };
        match Errno::result(sent) {
            Ok(_) | Err(Errno::ESRCH) => Ok(()),
            Err(errno) => Err(Cause::errno("pidfd_send_signal", errno)),
        }
    }

    /// Waits for the end of one that was killed. A descriptor of a process is readable when it has
    /// ended.
    fn await_death(&self) -> Result<(), Cause> {
        let mut ends = [PollFd::new(self.held.as_fd(), PollFlags::POLLIN)];
        match poll(&mut ends, PollTimeout::from(DEATH)) {
            Ok(0) => Err(Cause::Other("a process does not end although it was killed".to_owned())),
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(errno) => Err(Cause::errno("poll", errno)),
        }
    }

    /// Waits for its end, or so long.
    pub(super) async fn await_end(self, limit: Duration) -> io::Result<()> {
        // SAFETY: nobody but this owns the descriptor, which stays open for its whole life.
        let end = unsafe { AsyncFd::register_with_interest(self.held, Interest::READABLE) }?;
        match timeout(limit, end.readable()).await {
            Ok(ended) => ended.map(|_| ()),
            Err(_) => Ok(()),
        }
    }
}
