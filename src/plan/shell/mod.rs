//! Operations as the commands that a person would type.

mod commands;
mod daemons;
mod ipvsadm;
mod processes;
mod script;
mod servers;
#[cfg(test)]
mod tests;
mod typed;

pub(super) use commands::commands;
pub use commands::quoted;
pub(super) use ipvsadm::flag_word;
pub use ipvsadm::{flag_words, ipvsadm, netmask};
pub use script::script;
pub use typed::{typed, typed_again, typed_away};
