//! Calls of the real program for black-box tests.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(dead_code, reason = "each test program uses its own part")]

pub mod traces;

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What a call of `lvs-lab` came to.
pub struct Ran {
    /// The exit code; 128 + signal for a death by signal.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// Panics with both streams unless the exit code is this.
    pub fn code(self, wanted: i32) -> Self {
        let Self { code, stdout, stderr } = &self;
        assert_eq!(*code, wanted, "\n--- stdout\n{stdout}\n--- stderr\n{stderr}");
        self
    }

    /// Panics with both streams unless standard output contains this.
    pub fn says(self, wanted: &str) -> Self {
        let Self { stdout, stderr, .. } = &self;
        assert!(stdout.contains(wanted), "no `{wanted}` in\n{stdout}\n--- stderr\n{stderr}");
        self
    }

    /// Panics with both streams unless standard error contains this.
    pub fn complains(self, wanted: &str) -> Self {
        let Self { stdout, stderr, .. } = &self;
        assert!(stderr.contains(wanted), "no `{wanted}` in\n{stderr}\n--- stdout\n{stdout}");
        self
    }

    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e} in {}", self.stdout))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        use std::os::unix::process::ExitStatusExt;
        let status = output.status;
        Self {
            code: status.code().or(status.signal().map(|s| 128 + s)).unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The program with a plain environment and its state in a directory of the test's own.
pub fn program(state: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lvs-lab"));
    for name in ["LVS_LAB_KERNEL", "LVS_LAB_COLOR", "LVS_LAB_QUIET", "NO_COLOR", "COLUMNS"] {
        command.env_remove(name);
    }
    command.env("LVS_LAB_STATE_DIR", state).stdin(Stdio::null());
    command
}

/// Calls the program and waits for it.
pub fn run(state: &Path, words: &[&str]) -> Ran {
    program(state).args(words).output().unwrap().into()
}
