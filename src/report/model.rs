use super::{Evidence, Sketch, Timeline};
use serde::{Deserialize, Serialize};

/// How a check ended. Never merge "could not measure" with "measured, and wrong".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Measured, and as expected.
    Passed,
    /// Measured, and not as expected.
    Failed,
    /// Could not be measured.
    Errored,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// What was expected, in words.
    pub expected: String,
    /// What was observed, in words; for an errored check why nothing could be.
    pub observed: String,
}

impl Outcome {
    /// Measured: passed if it holds, else failed.
    pub fn measured(holds: bool, expected: impl Into<String>, observed: impl Into<String>) -> Self {
        let verdict = if holds { Verdict::Passed } else { Verdict::Failed };
        Self { verdict, expected: expected.into(), observed: observed.into() }
    }

    /// Not measured, because of `reason`.
    pub fn unmeasured(expected: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        let observed = format!("cannot be measured because {reason}");
        Self { verdict: Verdict::Errored, expected: expected.into(), observed }
    }
}

/// One expectation of the file, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its key in the file: `distribution`, `status`...
    pub name: String,
    /// What was found.
    pub outcome: Outcome,
    /// How many samples it rests on.
    pub samples: usize,
    /// How long was waited for it, in microseconds, all attempts together.
    pub waited_micros: u64,
    /// Where the file says so: `file:line:column`.
    pub position: String,
}

/// Who answered how often; requests without an answer are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Pairs of backend name and count, in the order of the file.
    pub by_backend: Vec<(String, u32)>,
    /// Requests without an answer, by reason.
    pub failures: Vec<(String, u32)>,
}

/// One step of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// What was done, in words.
    pub title: String,
    /// Who answered, in a step that sends requests.
    pub answers: Option<Answers>,
    /// The checks in the order of the file, of the last attempt.
    pub checks: Vec<Check>,
    /// The checks of each earlier attempt (`within`).
    pub earlier: Vec<Vec<Check>>,
    /// How long it took, in microseconds.
    pub micros: u64,
}

/// One scenario of a lab.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioReport {
    /// Its name.
    pub name: String,
    /// What it shows, in one line.
    #[serde(default)]
    pub summary: Option<String>,
    /// Its steps as far as they were done.
    pub steps: Vec<StepReport>,
    /// Why it ended before its last step, if it did.
    pub error: Option<String>,
    /// What happened to its load, if it had one.
    pub timeline: Option<Timeline>,
    /// What was kept for whoever asks why it did not pass.
    pub evidence: Vec<Evidence>,
    /// How long it took, in microseconds.
    pub micros: u64,
}

/// One lab of a test run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabReport {
    /// The topology as the user named it.
    pub topology: String,
    /// What it shows, in one line.
    #[serde(default)]
    pub summary: Option<String>,
    /// The text of the topology.
    #[serde(default)]
    pub source: String,
    /// Who is plugged into what.
    #[serde(default)]
    pub sketch: Sketch,
    /// The kernel it ran on, as in `host 6.12.1` or `uml 6.1.176`.
    pub kernel: String,
    /// Its scenarios as far as they were done.
    pub scenarios: Vec<ScenarioReport>,
    /// Why it could not be built or taken down, if so.
    pub error: Option<String>,
    /// The name that it is still up under, where it was kept.
    #[serde(default)]
    pub kept: Option<String>,
    /// How long its guest took to boot, in microseconds; none on the running kernel.
    #[serde(default)]
    pub boot_micros: Option<u64>,
    /// How long building took, in microseconds.
    pub up_micros: u64,
    /// How long everything took, in microseconds.
    pub micros: u64,
}

/// How far a test run has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum RunState {
    /// To its end.
    #[default]
    Finished,
    /// It is running.
    Running,
    /// Somebody ended it.
    Interrupted {
        /// The signal, as in `SIGINT`.
        signal: String,
    },
}

/// A whole test run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The version of lvs-lab.
    pub version: String,
    /// When it began, in UTC (RFC 3339).
    pub begun: String,
    /// How far it has come.
    pub state: RunState,
    /// Its labs, in the order of the command line.
    pub labs: Vec<LabReport>,
}
