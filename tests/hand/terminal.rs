//! A command on a terminal.

use crate::support::PATIENCE;
use nix::pty::{Winsize, openpty};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

nix::ioctl_write_int_bad!(take_terminal, nix::libc::TIOCSCTTY);

/// A command whose standard streams are a terminal.
pub struct Terminal {
    child: Child,
    keys: File,
    screen: Arc<Mutex<String>>,
}

/// How it ended.
pub struct Ended {
    pub code: i32,
    pub said: String,
}

impl Terminal {
    /// Starts it; `fit` may give it another stream than the terminal.
    pub fn start(mut command: Command, fit: impl FnOnce(&mut Command)) -> Self {
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(&size, None).unwrap();
        let slave = || Stdio::from(pty.slave.try_clone().unwrap());
        command.stdin(slave()).stdout(slave()).stderr(slave());
        fit(&mut command);
        // SAFETY: two system calls, which allocate nothing.
        unsafe {
            command.pre_exec(|| {
                nix::unistd::setsid()?;
                take_terminal(2, 0)?;
                Ok(())
            });
        }
        let child = command.spawn().unwrap();
        drop(command);
        drop(pty.slave);
        let screen = Arc::new(Mutex::new(String::new()));
        let (mut master, keys) = (File::from(pty.master.try_clone().unwrap()), pty.master.into());
        let shown = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = master.read(&mut bytes) {
                shown.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Self { child, keys, screen }
    }

    /// Runs it to its end.
    pub fn run(command: Command) -> Ended {
        Self::start(command, |_| {}).end()
    }

    /// What was shown so far.
    pub fn said(&self) -> String {
        self.screen.lock().unwrap().clone()
    }

    /// Waits until this is shown.
    #[track_caller]
    pub fn shows(&self, wanted: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.said().contains(wanted) {
            assert!(Instant::now() < end, "no `{wanted}` in {}", self.said());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// Types this.
    pub fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ended {
        let status = self.child.wait().unwrap();
        let code = status.code().or(status.signal().map(|signal| 128 + signal)).unwrap();
        // The terminal's last words may still be on their way.
        std::thread::sleep(std::time::Duration::from_millis(50));
        Ended { code, said: self.said() }
    }
}
