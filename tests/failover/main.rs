//! High availability as a whole, through the real program: every built-in lab of it and every
//! engine, faults and their ends, and what is left of a lab that dies in the middle.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod agreement;
mod deaths;
mod engines;
mod faults;
mod labs;
mod pair;
mod proof;
#[path = "../support/mod.rs"]
mod support;
mod sync;
mod text;

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Tests that have the machine together read, and one that must have it to itself writes.
static MACHINE: RwLock<()> = RwLock::new(());

/// The machine, shared with other tests.
fn shared() -> RwLockReadGuard<'static, ()> {
    MACHINE.read().unwrap_or_else(PoisonError::into_inner)
}

/// The machine without any other test, for whoever measures time.
fn alone() -> RwLockWriteGuard<'static, ()> {
    MACHINE.write().unwrap_or_else(PoisonError::into_inner)
}
