//! What a call of the program came to.

use std::process::Output;

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
    #[track_caller]
    pub fn code(self, wanted: i32) -> Self {
        let Self { code, stdout, stderr } = &self;
        assert_eq!(*code, wanted, "\n--- stdout\n{stdout}\n--- stderr\n{stderr}");
        self
    }

    /// Panics with both streams unless standard output contains this.
    #[track_caller]
    pub fn says(self, wanted: &str) -> Self {
        let Self { stdout, stderr, .. } = &self;
        assert!(stdout.contains(wanted), "no `{wanted}` in\n{stdout}\n--- stderr\n{stderr}");
        self
    }

    /// Panics with both streams unless standard error contains this.
    #[track_caller]
    pub fn complains(self, wanted: &str) -> Self {
        let Self { stdout, stderr, .. } = &self;
        assert!(stderr.contains(wanted), "no `{wanted}` in\n{stderr}\n--- stdout\n{stdout}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        let Self { stdout, stderr, .. } = self;
        serde_json::from_str(stdout).unwrap_or_else(|e| panic!("{e} in {stdout}\n{stderr}"))
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
