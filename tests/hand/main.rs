//! The tool in the hand: what a user types, sees and interrupts, on the running kernel and in a
//! guest.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod files;
mod logs;
mod output;
mod prompt;
mod requests;
mod sockets;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
