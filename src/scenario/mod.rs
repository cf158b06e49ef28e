//! Runs a lab's scenarios: does each step, judges what was measured, and tells as it goes.
//!
//! May: ask a [`Stage`] for requests and commands, hold its samples against the file and against
//! the oracle. May not: open a socket or a namespace, print, or turn what could not be measured
//! into a pass.

mod evaluate;
mod follow;
mod forecast;
mod measured;
#[cfg(test)]
mod played;
mod prediction;
mod run;
mod stage;
mod step;
#[cfg(test)]
mod support;
mod words;

pub use forecast::History;
pub use measured::CommandOutput;
pub use run::run;
pub use stage::Stage;
