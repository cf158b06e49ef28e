use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};

/// The process that leads a guest's process group.
#[derive(Debug)]
pub struct Process {
    child: Child,
    handle: OwnedFd,
}

impl Process {
    /// Takes over a child. It must not be waited for elsewhere.
    pub fn new(mut child: Child) -> io::Result<Self> {
        match handle(child.id()) {
            Ok(handle) => Ok(Self { child, handle }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// Becomes readable when the process has ended.
    pub fn ended(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }

    /// Kills what is left of the group, the helpers too, and says how the leader ended.
    pub fn end(mut self) -> io::Result<ExitStatus> {
        // The leader is not reaped yet, so that its number cannot mean another group.
        let group = Pid::from_raw(-self.child.id().cast_signed());
        match kill(group, Signal::SIGKILL) {
            Ok(()) | Err(Errno::ESRCH) => self.child.wait(),
            Err(errno) => Err(errno.into()),
        }
    }
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
pub fn in_words(status: ExitStatus) -> String {
    match (status.code(), status.signal().map(Signal::try_from)) {
        (Some(code), _) => format!("it ended with code {code}"),
        (None, Some(Ok(signal))) => format!("it was ended by {signal}"),
        (None, _) => "it ended".to_owned(),
    }
}
