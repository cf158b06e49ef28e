//! Whole labs, through the real program, on real kernels.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../support/mod.rs"]
mod support;

mod abilities;
mod additions;
mod by_hand;
mod deaths;
mod edits;
mod everyday;
mod evidence;
mod faults;
mod held;
mod host;
mod interrupted;
mod kept;
mod localnode;
mod persistence;
mod report_files;
mod tunnels;
mod verdicts;
