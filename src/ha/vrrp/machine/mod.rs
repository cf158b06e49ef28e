//! The state machine of VRRP (RFC 5798 section 6) with keepalived's extensions. Nothing here
//! reads a clock or talks to anybody: the time is an argument, and what to do is returned.

mod action;
mod groups;
mod router;
mod routers;
mod timing;
mod watched;

#[cfg(test)]
mod network;
#[cfg(test)]
mod tests;

pub use action::Action;
pub use router::Heard;
pub use routers::{Event, Routers};
pub use watched::{Command, Condition, Subject};
