//! Predicts, connection by connection, which real server a director's scheduler chooses.
//!
//! May: read a virtual service, and follow what the kernel's own code (net/netfilter/ipvs) does
//! with its connections. May not: do any I/O, look at a clock, or guess: what cannot be known is
//! [`Unpredictable`], and says why.
//!
//! Two facts shape everything here. The kernel puts each new destination at the head of its list,
//! so that every scheduler walks them in reverse order of addition. And a closed connection stays
//! in the table for two minutes, inactive, and counts.

mod choice;
mod connection;
mod destination;
mod failover;
mod hash;
mod least;
mod list;
mod locality;
mod maglev;
mod predict;
#[cfg(test)]
mod recordings;
mod round_robin;
mod schedule;
#[cfg(test)]
mod sequences;
mod siphash;
mod template;
mod timer;

pub use choice::{Choice, Unpredictable};
pub use connection::Tuple;
pub use predict::Oracle;
