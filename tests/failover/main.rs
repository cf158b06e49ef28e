//! High availability as a whole, through the real program: every built-in lab of it and every
//! engine, faults and their ends, and what is left of a lab that dies in the middle.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod engines;
mod labs;
mod proof;
#[path = "../support/mod.rs"]
mod support;
mod sync;
mod text;
