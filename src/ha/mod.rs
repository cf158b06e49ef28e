//! What runs inside a director to keep it available: the VRRP speaker and the health checker.
//!
//! May: speak VRRP, ask real servers, and change the addresses and the IPVS table of the namespace
//! that its process lives in. May not: enter another namespace, read topology files, or know of
//! other daemons; each of them is a process of its own.

mod check;
mod command;
mod error;
mod log;
mod vrrp;

pub use check::check;
pub use error::HaError;
pub use vrrp::speak;
