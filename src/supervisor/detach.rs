use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::unistd::{dup2_stderr, dup2_stdin, dup2_stdout, setsid};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Makes a process of its own of a forked one: no terminal, no signal mask, a log for its standard
/// streams, and no descriptor of its parent's but those to `keep`.
pub(super) fn detach(log: &Path, keep: &[BorrowedFd<'_>]) -> io::Result<()> {
    setsid()?;
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
    let log = OpenOptions::new().append(true).create(true).mode(0o600).open(log)?;
    dup2_stdin(File::open("/dev/null")?)?;
    dup2_stdout(&log)?;
    dup2_stderr(&log)?;
    drop(log);
    close_all_but(keep)
}

/// Whoever reads the caller's output to its end would wait for the supervisor otherwise.
fn close_all_but(keep: &[BorrowedFd<'_>]) -> io::Result<()> {
    let names = fs::read_dir("/proc/self/fd")?.flatten().map(|entry| entry.file_name());
    // Collected first: the listing has a descriptor of its own.
    let open: Vec<RawFd> = names.filter_map(|name| name.to_str()?.parse().ok()).collect();
    let kept = |fd: &RawFd| *fd <= libc::STDERR_FILENO || keep.iter().any(|k| k.as_raw_fd() == *fd);
    for fd in open.into_iter().filter(|fd| !kept(fd)) {
        // SAFETY: whatever owns it belongs to the parent's part of the program, to which this
        // process never returns, so that nobody will use or close it again.
        match Errno::result(unsafe { libc::close(fd) }) {
            Ok(_) | Err(Errno::EBADF) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}
