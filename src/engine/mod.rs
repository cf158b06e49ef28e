//! Brings a kernel to what a plan says, and back: in order, journalled, undone in reverse.
//!
//! May: apply and undo operations, compare what is there with what was planned, remove what a lab
//! left behind. May not: decide what a lab is made of, or reach the kernel's network by another
//! road than operations (only `clean` unmounts and kills, for labs that nobody holds any more).

mod build;
mod cancel;
mod change;
mod clean;
mod error;
mod journal;
mod perform;
mod rollback;
#[cfg(test)]
mod sample;
mod verify;

pub use build::{Tools, build};
pub use cancel::{Cancel, Canceller, cancellation};
pub use change::{Change, change};
pub use clean::{Cleaned, Leftovers, clean};
pub use error::{BuildError, EngineError, Stop};
pub use journal::Journal;
pub use perform::perform;
pub use verify::{Drift, Survey, compare, repair, survey, verify};
