//! The tiny HTTP/1.1 server that a real server runs: every answer says who gave it.
//!
//! May: serve a listener that somebody else has bound, in whichever namespace, well or badly as it
//! is told; ask other servers first, by sockets that somebody else makes. May not: bind, enter a namespace, or know of directors. Hundreds of backends live in one single-threaded
//! runtime, so that one of them may cost no more than a few kilobytes.

mod answer;
mod behaviour;
mod body;
mod counters;
mod error;
mod identity;
mod route;
mod server;
mod tiers;

pub use counters::Counters;
pub use error::BackendError;
pub use identity::Identity;
pub use route::{BYTES_LIMIT, DELAY_LIMIT};
pub use server::{GRACE, Site, serve};
pub use tiers::{Door, LESS, PATIENCE, Tiers};
