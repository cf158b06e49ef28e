use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::libc;
use nix::sys::prctl::set_name;
use nix::sys::stat::Mode;
use nix::unistd::{chdir, dup2_stderr, dup2_stdin, dup2_stdout, fork, setsid};
use std::ffi::CStr;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

/// Leaves the session, directory, streams and open files of whoever started this process, except
/// for one descriptor. This process, a child with one thread, ends; a child of it, which is
/// nobody's then, goes on under a name of its own.
pub fn detach(name: &CStr, kept: OwnedFd) -> nix::Result<OwnedFd> {
    setsid()?;
    // SAFETY: there is one thread, so that no lock can be held by another one.
    if unsafe { fork()? }.is_parent() {
        // SAFETY: this runs no exit handlers, which are the parent's too.
        unsafe { libc::_exit(0) }
    }
    set_name(name)?;
    chdir("/")?;
    let null = open("/dev/null", OFlag::O_RDWR, Mode::empty())?;
    dup2_stdin(&null)?;
    dup2_stdout(&null)?;
    dup2_stderr(&null)?;
    drop(null);
    close_others(kept.as_raw_fd())?;
    Ok(kept)
}

/// Closes all but the standard streams and this one.
fn close_others(kept: RawFd) -> nix::Result<()> {
    let kept = kept.cast_unsigned();
    for (first, last) in [(3, kept.saturating_sub(1)), (kept + 1, u32::MAX)] {
        if first <= last {
            // SAFETY: the code that owns these descriptors never runs again in this process.
            Errno::result(unsafe { libc::syscall(libc::SYS_close_range, first, last, 0u32) })?;
        }
    }
    Ok(())
}
