//! What happened: events as they come, the report they add up to, and one file per format.
//!
//! May: hold and render outcomes. May not: judge (that is `scenario`) or know exit codes (that is
//! `cli`).

mod event;
mod html;
mod json;
mod junit;
mod lines;
mod markup;
mod model;
mod sketch;
mod svg;
mod tap;
mod text;
mod timeline;
mod verdict;

pub use event::Event;
pub use html::html;
pub use json::json;
pub use junit::{JunitError, junit};
pub use model::{
    Answers, Check, LabReport, Outcome, Report, RunState, ScenarioReport, StepReport, Verdict,
};
pub use sketch::{Sketch, SketchNode};
pub use tap::tap;
pub use text::Text;
pub use timeline::{Evidence, Incident, IncidentKind, RequestMark, Timeline};
pub use verdict::Counts;
