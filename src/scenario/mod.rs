//! Runs a lab's scenarios: does each step, judges what was measured, and tells as it goes.
//!
//! May: ask a [`Stage`] for requests, commands, faults and looks at the directors, hold its samples
//! against the file and against the oracle. May not: open a socket or a namespace, print, or turn
//! what could not be measured into a pass.

mod background;
mod edit;
mod evaluate;
mod follow;
mod forecast;
mod measured;
#[cfg(test)]
mod played;
mod prediction;
mod run;
mod scene;
mod settle;
mod sight;
mod stage;
mod step;
#[cfg(test)]
mod support;
mod timeline;
mod words;

pub use forecast::History;
pub use measured::CommandOutput;
pub use run::run;
pub use sight::{DirectorLook, Look, Seen, Sight, TableLook};
pub use stage::Stage;
