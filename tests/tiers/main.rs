//! Tiers that ask each other and real programs in nodes, through the real program, on the running
//! kernel.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../support/mod.rs"]
mod support;

mod built_in;
mod processes;
mod script;
