//! The process that holds a lab on the running kernel: it builds it, serves its backends, mends,
//! changes, breaks and heals it when asked, and is the only one that writes to the kernel for it.
//!
//! May: fork once, before any thread exists; drive the engine; answer on the lab's control socket.
//! May not: choose a kernel, read topology files, judge scenarios, or print.

mod backends;
mod caller;
mod client;
mod control;
mod detach;
mod ends;
mod error;
mod faults;
mod foreground;
mod hands;
mod hold;
mod launch;
mod progress;
mod reconcile;
mod work;

pub use client::{disturb, heal, reconcile, status};
pub use control::{BackendStatus, Status};
pub use error::SupervisorError;
pub use faults::FaultError;
pub use foreground::Foreground;
pub use launch::{Launched, launch};
pub use work::Assignment;
