//! Clients: sends the requests of a scenario and says what became of each.
//!
//! May: talk HTTP/1.1, or its text in datagrams, over sockets that somebody else has made, count
//! and sort what came back. May not: enter a namespace (whoever implements [`Sockets`] does that)
//! or judge.

mod client;
mod datagrams;
mod error;
mod failure;
mod held;
mod link;
mod load;
mod pool;
mod sample;
mod send;
mod sockets;
mod stream;
mod summary;
mod target;
mod unused;

pub use error::TrafficError;
pub use failure::Failure;
pub use held::Held;
pub use load::RunningLoad;
pub use sample::{Answer, Sample};
pub use send::{Sending, send};
pub use sockets::{SocketSpec, Sockets};
pub use summary::{Latencies, Summary, UNNAMED, tally};
pub use target::destination;
pub use unused::UnusedPorts;
