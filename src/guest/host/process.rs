use crate::guest::watch::Watch;
use nix::errno::Errno;
use nix::libc;
use nix::poll::PollFlags;
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// The process that leads a guest's process group. All of the group ends with this, at the latest
/// when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Option<Child>,
    handle: OwnedFd,
}

impl Process {
    /// Takes over a child. It must not be waited for elsewhere. This process becomes the parent of
    /// whoever loses his (PR_SET_CHILD_SUBREAPER), so that it can wait for the child's helpers.
    pub fn new(mut child: Child) -> io::Result<Self> {
        let watched = set_child_subreaper(true).map_err(io::Error::from);
        match watched.and_then(|()| handle(child.id())) {
            Ok(handle) => Ok(Self { child: Some(child), handle }),
            Err(error) => end(&mut child).and(Err(error)),
        }
    }

    /// Becomes readable when the process has ended.
    pub fn ended(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }

    /// Waits for it to end by itself, and says whether it has.
    pub fn ends_within(&self, limit: Duration) -> bool {
        let mut watch = Watch::new();
        watch.add((), self.ended(), PollFlags::POLLIN);
        watch.until(Some(Instant::now() + limit));
        watch.wait().is_ok_and(|ended| !ended.is_empty())
    }

    /// Ends the group, and says how its leader ended.
    pub fn end(mut self) -> String {
        let status = self.child.take().map(|mut child| end(&mut child));
        status.map_or_else(String::new, |ended| ended.map_or_else(|e| e.to_string(), in_words))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.as_mut().map(end);
    }
}

/// Kills what is left of a group, the leader's helpers too, and waits for all of them.
fn end(leader: &mut Child) -> io::Result<ExitStatus> {
    // The leader is not reaped yet, so that its number cannot mean another group.
    let group = Pid::from_raw(-leader.id().cast_signed());
    match kill(group, Signal::SIGKILL) {
        Ok(()) | Err(Errno::ESRCH) => {}
        Err(errno) => return Err(errno.into()),
    }
    let status = leader.wait()?;
    // With their parent gone the helpers are this process's children.
    while waitpid(group, None).is_ok() {}
    Ok(status)
}

/// pidfd_open(2), since Linux 5.3.
fn handle(pid: u32) -> io::Result<OwnedFd> {
    // SAFETY: the call takes two numbers and answers with a new descriptor.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    let fd = i32::try_from(Errno::result(fd)?).map_err(io::Error::other)?;
    // SAFETY: nobody else knows this descriptor.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// How a process ended, in words.
fn in_words(status: ExitStatus) -> String {
    match (status.code(), status.signal().map(Signal::try_from)) {
        (Some(code), _) => format!("it ended with code {code}"),
        (None, Some(Ok(signal))) => format!("it was ended by {signal}"),
        (None, _) => "it ended".to_owned(),
    }
}
