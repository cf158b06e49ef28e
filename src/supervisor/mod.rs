//! The process that holds a lab: it builds it, serves its backends, and keeps it as its file says.
//!
//! May: fork once, build and mend through `engine`, serve backends, answer on the lab's socket.
//! May not: know verbs or options, print (its standard streams are a log), or outlive its use:
//! killed at any moment, it leaves nothing that `engine::clean` does not find.
//!
//! The caller's side is `launch` and `client`, the process's own is `hold`; in between go JSON
//! lines, events on the way up and one request per connection from then on.

mod blueprint;
mod client;
mod control;
mod detach;
mod error;
mod farm;
mod hold;
mod keeper;
mod launch;
mod outbox;
mod progress;
mod protocol;
mod reconcile;
mod signals;

pub use blueprint::{Blueprint, Ground};
pub use client::Client;
pub use error::SupervisorError;
pub use farm::{BackendStatus, Farm};
pub use keeper::Keeper;
pub use launch::{Interrupter, Launched, launch};
pub use protocol::{Reconciled, Status};
