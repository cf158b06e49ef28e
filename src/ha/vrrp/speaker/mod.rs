//! The part of the VRRP speaker that has sockets.

mod alarm;
mod announce;
mod commands;
mod frame;
mod hands;
mod log;
mod options;
mod receive;
mod run;
mod socket;
mod sync;
mod watchers;

pub use run::speak;
