//! The part of the VRRP speaker that has sockets.

mod alarm;
mod announce;
mod commands;
mod complaints;
mod frame;
mod hands;
mod options;
mod receive;
mod run;
mod socket;
mod sync;
mod watchers;

pub use run::speak;
