use super::Cause;
use super::command::MARK;
use super::namespace::Namespace;
use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;

/// How long a killed process may take to be gone, in milliseconds.
const GRACE: u16 = 2000;

/// Kills what a file's commands left running in a namespace, and nothing else that lives there,
/// such as a user's shell. Goes on until none is left, as they may be forking.
pub(super) fn end_marked(namespace: &Namespace) -> Result<(), Cause> {
    loop {
        let marked = marked(namespace).map_err(|e| Cause::io("read", e))?;
        if marked.is_empty() {
            return Ok(());
        }
        for process in &marked {
            kill(process).map_err(|e| Cause::errno("pidfd_send_signal", e))?;
        }
        for process in &marked {
            await_end(process)?;
        }
    }
}

/// The processes, held by descriptors so that no other can take a number's place meanwhile.
fn marked(namespace: &Namespace) -> io::Result<Vec<OwnedFd>> {
    let home = namespace.identity()?;
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // Whoever ends while being looked at is none of them any more.
        let Ok(process) = hold(id) else { continue };
        let place = fs::metadata(format!("/proc/{id}/ns/net")).map(|m| (m.dev(), m.ino()));
        let is_here = place.is_ok_and(|place| place == home);
        if is_here && is_marked(id) {
            found.push(process);
        }
    }
    Ok(found)
}

fn is_marked(id: i32) -> bool {
    let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|entry| entry == MARK.as_bytes())
}

/// pidfd_open(2).
fn hold(id: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: it takes two numbers, and gives a new descriptor that nobody else owns.
    unsafe {
        let fd = Errno::result(libc::syscall(libc::SYS_pidfd_open, id, 0))?;
        Ok(OwnedFd::from_raw_fd(fd as i32))
    }
}

/// pidfd_send_signal(2) with SIGKILL.
fn kill(process: &OwnedFd) -> Result<(), Errno> {
    let no_details = std::ptr::null::<libc::siginfo_t>();
    let (fd, signal) = (process.as_raw_fd(), libc::SIGKILL);
    // SAFETY: the descriptor is open, and a null pointer stands for the usual details.
    let sent = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, no_details, 0) };
    match Errno::result(sent) {
        Ok(_) | Err(Errno::ESRCH) => Ok(()),
        Err(errno) => Err(errno),
    }
}

/// A descriptor of a process is readable when it has ended.
fn await_end(process: &OwnedFd) -> Result<(), Cause> {
    let mut ends = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
    match poll(&mut ends, PollTimeout::from(GRACE)) {
        Ok(0) => Err(Cause::Other("a process does not end although it was killed".to_owned())),
        Ok(_) | Err(Errno::EINTR) => Ok(()),
        Err(errno) => Err(Cause::errno("poll", errno)),
    }
}
