//! The built-in health checker, `lvs-lab daemon …/checker.conf`, before real servers and, in a
//! guest, a real IPVS table.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test panics when it fails")]

mod checker;
mod configuration;
mod detection;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod table;
