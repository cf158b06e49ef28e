//! The process that holds a lab on the running kernel: it builds it, serves its backends, mends
//! and changes it when asked, and is the only one that writes to the kernel for it.
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
mod foreground;
mod hold;
mod launch;
mod progress;
mod reconcile;
mod work;

pub use backends::Backends;
pub use client::{reconcile, status};
pub use control::{BackendStatus, Status};
pub use error::SupervisorError;
pub use foreground::Foreground;
pub use launch::{Launched, launch};
pub use work::Assignment;
