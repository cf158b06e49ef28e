//! Operations as the commands that a person would type.

mod commands;
mod daemons;
mod ipvsadm;
mod processes;
mod script;
mod servers;
#[cfg(test)]
mod tests;

pub(super) use commands::commands;
pub use ipvsadm::{flag_word, ipvsadm, netmask};
pub use script::script;
