use crate::guest::channel::Wire;
use nix::sys::termios::{ControlFlags, SetArg, cfmakeraw, tcgetattr, tcsetattr};
use std::fs::OpenOptions;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Opens the channel to the host. This may be done only once: what arrives for an opener that
/// closes it again is lost.
pub fn open(path: &Path) -> io::Result<Wire> {
    let flags = nix::libc::O_NOCTTY | nix::libc::O_NONBLOCK;
    let tty = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?;
    let tty = OwnedFd::from(tty);
    let mut settings = tcgetattr(&tty)?;
    cfmakeraw(&mut settings);
    settings.control_flags |= ControlFlags::CLOCAL;
    tcsetattr(&tty, SetArg::TCSANOW, &settings)?;
    Ok(Wire::new(tty.try_clone()?, tty)?)
}
