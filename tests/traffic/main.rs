//! Real backends on the loopback interface, asked by a bare socket and by curl. No root, no
//! lab.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod backend;
mod farm;
