//! A job on the caller's terminal.

use crate::lab::Lab;
use crate::trials;
use nix::libc;
use nix::poll::{PollFd, PollFlags, poll};
use nix::pty::{Winsize, openpty};
use nix::sys::termios::{LocalFlags, tcgetattr};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Child;

trials![
    a_terminal_has_the_callers_size,
    a_new_size_reaches_the_job,
    an_interrupt_key_reaches_the_job,
    the_terminal_is_as_before_afterwards,
];

nix::ioctl_write_int_bad!(take_terminal, libc::TIOCSCTTY);
nix::ioctl_write_ptr_bad!(set_size, libc::TIOCSWINSZ, Winsize);

/// A caller with a terminal of its own, and our side of that.
struct Session {
    lab: Lab,
    master: File,
    slave: OwnedFd,
    child: Child,
}

fn size(rows: u16, columns: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

impl Session {
    fn new(script: &str) -> Self {
        let lab = Lab::up();
        let pty = openpty(&size(33, 77), None).unwrap();
        let end = || pty.slave.try_clone().unwrap();
        let mut command = lab.role("run");
        command.arg(script).stdin(end()).stdout(end()).stderr(end());
        // SAFETY: only system calls are made between fork and exec.
        unsafe {
            command.pre_exec(|| {
                nix::unistd::setsid()?;
                take_terminal(0, 0)?;
                Ok(())
            });
        }
        let child = command.spawn().unwrap();
        Self { lab, master: pty.master.into(), slave: pty.slave, child }
    }

    fn read_until(&mut self, text: &str) -> String {
        let mut got = String::new();
        let mut bytes = [0; 512];
        while !got.contains(text) {
            let mut ready = [PollFd::new(self.master.as_fd(), PollFlags::POLLIN)];
            assert_eq!(poll(&mut ready, 20_000u16), Ok(1), "only {got:?} came");
            let count = self.master.read(&mut bytes).unwrap();
            got.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        got
    }

    fn code(mut self) -> Option<i32> {
        let code = self.child.wait().unwrap().code();
        let flags = tcgetattr(&self.slave).unwrap().local_flags;
        assert!(flags.contains(LocalFlags::ICANON | LocalFlags::ECHO), "the terminal is still raw");
        drop(self.lab);
        code
    }
}

fn a_terminal_has_the_callers_size() {
    let mut session = Session::new("stty size; test -t 0 && test -t 1 && test -t 2 && echo all");
    assert!(session.read_until("all").contains("33 77"));
    assert_eq!(session.code(), Some(0));
}

fn a_new_size_reaches_the_job() {
    let mut session =
        Session::new("trap 'stty size; exit 6' WINCH; echo ready; while :; do sleep 0.1; done");
    session.read_until("ready");
    // SAFETY: the size lives until the call returns.
    unsafe { set_size(session.master.as_raw_fd(), &size(44, 88)).unwrap() };
    session.read_until("44 88");
    assert_eq!(session.code(), Some(6));
}

fn an_interrupt_key_reaches_the_job() {
    let mut session =
        Session::new("trap 'echo caught; exit 8' INT; echo ready; while :; do sleep 0.1; done");
    session.read_until("ready");
    session.master.write_all(b"\x03").unwrap();
    session.read_until("caught");
    assert_eq!(session.code(), Some(8));
}

fn the_terminal_is_as_before_afterwards() {
    let mut session = Session::new("read line; echo got $line; kill -9 $$");
    session.master.write_all(b"a line\r").unwrap();
    session.read_until("got a line");
    assert_eq!(session.code(), Some(137));
}
