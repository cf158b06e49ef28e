//! Real backends on the loopback interface, asked by a bare socket, by curl, and by the room
//! `traffic`. No root, no lab.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod backend;
mod client;
mod datagrams;
mod farm;
mod here;
mod load;
mod tiers;
