//! What has to be done to make a lab, as an ordered list of operations.
//!
//! May: read a `Lab`, derive what its forwarding methods imply, say why and in which words. May
//! not: do any I/O, resolve an id, or know how the kernel is told.

mod op;
mod step;

pub use op::{Backend, DestinationEntry, Op, ServiceEntry, ServiceKey};
pub use step::{Plan, Step};
