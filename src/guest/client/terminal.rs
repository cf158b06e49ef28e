use crate::guest::TerminalSize;
use nix::libc;
use nix::sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};
use std::io::{IsTerminal, stderr, stdin, stdout};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

nix::ioctl_read_bad!(get_size, libc::TIOCGWINSZ, libc::winsize);

/// The size of the caller's terminal, if its three standard streams are all terminals. A job that
/// is given it has one stream for output and errors, as on the terminal itself.
pub fn terminal() -> Option<TerminalSize> {
    let all = stdin().is_terminal() && stdout().is_terminal() && stderr().is_terminal();
    all.then(|| size(stdout().as_fd())).flatten()
}

fn size(fd: BorrowedFd<'_>) -> Option<TerminalSize> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the call fills the structure.
    unsafe { get_size(fd.as_raw_fd(), &mut size) }.ok()?;
    Some(TerminalSize { rows: size.ws_row, columns: size.ws_col })
}

/// A terminal that hands on every key as it is, until this is dropped.
#[derive(Debug)]
pub struct Raw<'a> {
    terminal: BorrowedFd<'a>,
    before: Termios,
}

impl<'a> Raw<'a> {
    /// Makes a terminal raw.
    pub fn new(terminal: BorrowedFd<'a>) -> nix::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut raw = before.clone();
        cfmakeraw(&mut raw);
        tcsetattr(terminal, SetArg::TCSANOW, &raw)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Raw<'_> {
    fn drop(&mut self) {
        // What is not written yet was written for the raw terminal.
        let _ = tcsetattr(self.terminal, SetArg::TCSADRAIN, &self.before);
    }
}
