//! A guest of a test's own, and what the test sees of it from outside.

use crate::patience::PATIENCE;
use crate::role::ROLE;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A directory with a guest in it.
pub struct Lab {
    dir: TempDir,
}

impl Lab {
    /// A directory without a guest.
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("guest-").tempdir().unwrap();
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o777)).unwrap();
        Self { dir }
    }

    /// A running guest.
    pub fn up() -> Self {
        let lab = Self::new();
        assert_success(&lab.role("start").output().unwrap(), "");
        lab
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// This program in a role for this guest.
    pub fn role(&self, role: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(ROLE, role).arg(self.path()).stdin(Stdio::null());
        command
    }

    /// A command line that runs in the guest.
    pub fn command(&self, script: &str) -> Command {
        let mut command = self.role("run");
        command.arg(script).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command line in the guest.
    pub fn run(&self, script: &str) -> Output {
        self.command(script).output().unwrap()
    }

    /// Starts a command line in the guest.
    pub fn spawn(&self, script: &str) -> Child {
        self.command(script).stdin(Stdio::piped()).spawn().unwrap()
    }

    /// The guest's processes on this machine: whoever has its name in the command line, and all of
    /// their process groups.
    pub fn processes(&self) -> Vec<Process> {
        let name = self.path().file_name().unwrap().to_string_lossy().into_owned();
        let all = Process::all();
        let named = |p: &&Process| p.line.contains(&format!("LVSLAB_HOSTNAME={name}"));
        let groups: Vec<i32> = all.iter().filter(named).map(|p| p.group).collect();
        all.into_iter().filter(|p| groups.contains(&p.group)).collect()
    }

    /// The process that leads the guest's.
    pub fn leader(&self) -> Process {
        self.processes().into_iter().find(|p| p.pid == p.group).unwrap()
    }

    /// Waits until neither processes nor files of the guest are left.
    pub fn assert_gone(&self) {
        eventually("processes are left", || self.processes().is_empty());
        eventually("files are left", || !self.path().join("sock").exists());
        assert!(!self.path().join("log").exists());
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.role("stop").status();
    }
}

/// A process of this machine.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its number.
    pub pid: i32,
    /// Its parent's number.
    pub parent: i32,
    /// Its process group's number.
    pub group: i32,
    line: String,
}

impl Process {
    fn all() -> Vec<Self> {
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        entries.filter_map(|e| Self::read(e.file_name().to_str()?.parse().ok()?)).collect()
    }

    fn read(pid: i32) -> Option<Self> {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let state = fields.next()?;
        let parent = fields.next()?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        let line = String::from_utf8_lossy(&line).into_owned();
        (state != "Z").then_some(Self { pid, parent, group, line })
    }
}

/// Waits for a condition.
pub fn eventually(otherwise: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "{otherwise}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Asserts that a command has succeeded and said this and nothing else.
pub fn assert_success(output: &Output, said: &str) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stdout), said, "{errors}");
}
