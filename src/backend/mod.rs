//! The tiny server that a real server runs, HTTP/1.1 over TCP and SCTP and its text in datagrams
//! over UDP: every answer says who gave it.
//!
//! May: serve a socket that somebody else has bound, in whichever namespace, well or badly as it
//! is told; ask other servers first, by sockets that somebody else makes. May not: bind, enter a
//! namespace, or know of directors. Hundreds of backends live in one single-threaded
//! runtime, so that one of them may cost no more than a few kilobytes.

mod answer;
mod behaviour;
mod body;
mod counters;
mod datagrams;
mod error;
mod identity;
mod reply;
mod route;
mod server;
mod tiers;

pub use counters::Counters;
pub use datagrams::serve_datagrams;
pub use error::BackendError;
pub use identity::Identity;
pub use server::{Site, serve};
pub use tiers::{Door, LESS, PATIENCE, Tiers};
