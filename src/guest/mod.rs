//! Kernels that run as a process of this machine, for machines whose own kernel has no IPVS.
//!
//! A provider ([`Uml`]) boots a guest whose first process is this same program ([`agent`]). Every
//! later command line is sent into the guest as a [`Job`], with its streams, signals and exit code.
//!
//! May: start and end processes, talk to the guest, mount inside the guest. May not: know what a
//! job does, choose between the host's kernel and a guest, write the host's files, print.

pub mod agent;
mod channel;
pub mod client;
mod error;
mod host;
mod job;
mod machine;
mod uml;
mod watch;

pub use channel::Hello;
pub use error::{GuestError, LogTail, Missing};
pub use host::{Coming, start};
pub use job::{File, Input, Job, TerminalSize};
pub use machine::{Boot, Console, Machine, Mebibytes, Provider};
pub use uml::Uml;
