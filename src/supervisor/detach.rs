use nix::libc;
use nix::sys::signal::SigSet;
use nix::unistd::{dup2_stderr, dup2_stdin, dup2_stdout, setsid};
use std::fs::{File, OpenOptions};
use std::os::fd::RawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Takes the calling process out of its parent's session, away from its terminal and out of its
/// files: only the standard streams, which go to a log, and `kept` stay open. Signals that its
/// parent had blocked are not blocked any more.
pub fn detach(log: &Path, kept: &[RawFd]) -> std::io::Result<()> {
    setsid()?;
    SigSet::empty().thread_set_mask()?;
    let log = OpenOptions::new().append(true).create(true).mode(0o600).open(log)?;
    dup2_stdin(File::open("/dev/null")?)?;
    dup2_stdout(&log)?;
    dup2_stderr(&log)?;
    drop(log);
    close_others(kept);
    Ok(())
}

/// Closes every descriptor above the standard ones that is not to be kept.
fn close_others(kept: &[RawFd]) {
    let mut kept: Vec<libc::c_uint> = kept.iter().map(|fd| fd.cast_unsigned()).collect();
    kept.sort_unstable();
    let mut first = 3;
    for fd in kept.into_iter().chain([libc::c_uint::MAX]) {
        if first < fd {
            // SAFETY: close_range(2) takes numbers; whoever owned these is the parent process.
            unsafe { libc::syscall(libc::SYS_close_range, first, fd - 1, 0) };
        }
        first = fd.saturating_add(1);
    }
}
