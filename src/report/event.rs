use super::{LabReport, ScenarioReport, StepReport};
use crate::lab::{LabName, ScenarioName};
use serde::{Deserialize, Serialize};

/// Something that happened, sent the moment it happens. Whoever shows progress listens to these;
/// the rooms that work never print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A remark worth a line, as in which kernel was chosen and why.
    Note {
        /// The remark.
        text: String,
    },
    /// A lab is about to be built.
    Building {
        /// The lab.
        lab: LabName,
        /// How many operations that takes.
        operations: usize,
    },
    /// Operations were applied.
    Applied {
        /// How many so far.
        done: usize,
        /// What the last one was, in words.
        last: String,
    },
    /// The guest that a lab is to run in has come up.
    Booted {
        /// How long that took, in microseconds.
        micros: u64,
    },
    /// A lab is up.
    Up {
        /// The lab.
        lab: LabName,
        /// How long it took, in microseconds.
        micros: u64,
    },
    /// A running lab differed from its plan and was mended.
    Repaired {
        /// What was wrong, in words, one entry each.
        what: Vec<String>,
        /// What was added from outside the lab and is left alone, in words, one entry each.
        #[serde(default)]
        left_alone: Vec<String>,
    },
    /// A running lab was brought to a changed file.
    Changed {
        /// What was changed, in words, one entry each.
        what: Vec<String>,
        /// What was added from outside the lab and is left alone, in words, one entry each.
        #[serde(default)]
        left_alone: Vec<String>,
    },
    /// A running lab is as its file says.
    Unchanged {
        /// The lab.
        lab: LabName,
        /// What was added from outside the lab and is left alone, in words, one entry each.
        #[serde(default)]
        left_alone: Vec<String>,
    },
    /// A running lab cannot be brought to a changed file before it was taken down.
    NeedsDown {
        /// What cannot be changed while it is up, one entry each.
        reasons: Vec<String>,
    },
    /// Building failed.
    Failed {
        /// Which operation of which node, and what the kernel said.
        message: String,
        /// What was undone.
        undone: String,
        /// What could not be undone, and why, one entry each; empty is the good case.
        left: Vec<String>,
    },
    /// A topology's turn in a test run has come.
    LabStarted {
        /// The topology as the user named it.
        topology: String,
        /// The kernel it runs on, as in `host 6.12.1` or `uml 6.1.176`.
        kernel: String,
    },
    /// A scenario begins.
    ScenarioStarted {
        /// Its name.
        scenario: ScenarioName,
        /// What it shows.
        summary: Option<String>,
    },
    /// A step was done and judged.
    StepFinished {
        /// The step.
        step: StepReport,
    },
    /// A scenario ended.
    ScenarioFinished {
        /// Everything about it.
        scenario: ScenarioReport,
    },
    /// A lab that did not pass stays up.
    Kept {
        /// The lab.
        lab: LabName,
    },
    /// Every scenario of a lab ended, and the lab is down unless it is kept.
    LabFinished {
        /// Everything about it.
        report: LabReport,
    },
}
