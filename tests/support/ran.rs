//! What a call of the program came to.

use std::collections::BTreeSet;
use std::fmt;
use std::process::Output;

/// What a call of `lvs-lab` came to. Shown, it begins with what went wrong.
pub struct Ran {
    /// The exit code; 128 + signal for a death by signal.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// Panics with all that was said unless the exit code is this. The first line names the labs
    /// that failed.
    #[track_caller]
    pub fn code(self, wanted: i32) -> Self {
        let lab = |line: &&str| depth(line) == 0 && is_marked(line);
        let labs: Vec<_> = self.stdout.lines().filter(lab).collect();
        let (code, labs) = (self.code, labs.join("; "));
        assert!(code == wanted, "exit code {code} and not {wanted}: {labs}\n{self}");
        self
    }

    /// Panics with all that was said unless standard output contains this.
    #[track_caller]
    pub fn says(self, wanted: &str) -> Self {
        assert!(self.stdout.contains(wanted), "no `{wanted}` in standard output\n{self}");
        self
    }

    /// Panics with all that was said unless standard error contains this.
    #[track_caller]
    pub fn complains(self, wanted: &str) -> Self {
        assert!(self.stderr.contains(wanted), "no `{wanted}` in standard error\n{self}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}\n{self}"))
    }

    /// What failed in a run of `lvs-lab test`: each line with a mark, what is below it, and under
    /// which lab, scenario and step it stands.
    pub fn failures(&self) -> String {
        let lines: Vec<_> = self.stdout.lines().collect();
        let marked = (0..lines.len()).filter(|at| is_marked(lines[*at]));
        let told: BTreeSet<_> = marked.flat_map(|at| around(&lines, at)).collect();
        told.into_iter().map(|at| format!("{}\n", lines[at])).collect()
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The evidence of a lab that failed is for nothing if it comes after all that passed.
        let mut labs: Vec<_> = self.stdout.split("\n\n").collect();
        labs.sort_by_key(|lab| !lab.lines().any(is_marked));
        let Self { stderr, .. } = self;
        write!(f, "{}--- stderr\n{stderr}\n--- stdout\n{}", self.failures(), labs.join("\n\n"))
    }
}

/// Whether a check, a scenario or a lab failed or errored.
fn is_marked(line: &str) -> bool {
    line.trim_start().starts_with("✗ ") || line.trim_start().starts_with("! ")
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The numbers of a line, of the deeper ones below it, and of those that it is below; a long one of
/// these has several lines of one depth.
fn around(lines: &[&str], at: usize) -> Vec<usize> {
    let mut top = depth(lines[at]);
    let below = lines.iter().skip(at + 1).take_while(|line| depth(line) > top).count();
    let mut told: Vec<_> = (at..=at + below).rev().collect();
    for number in (0..at).rev().take_while(|number| !lines[*number].is_empty()) {
        let depth = depth(lines[number]);
        if depth < top || (depth == top && told.last() == Some(&(number + 1)) && number + 1 < at) {
            told.push(number);
            top = depth;
        }
    }
    told
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
