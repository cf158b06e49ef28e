//! What happened: events as they come, the report they add up to, and one file per format.
//!
//! May: hold and render outcomes. May not: judge (that is `scenario`) or know exit codes (that is
//! `cli`).

mod elapsed;
mod event;
mod model;
mod verdict;

pub use elapsed::elapsed;
pub use event::Event;
pub use model::{Answers, Check, LabReport, Outcome, Report, ScenarioReport, StepReport, Verdict};
pub use verdict::Counts;
