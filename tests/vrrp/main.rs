//! The VRRP speaker in network namespaces on the running kernel: between two of its kind, against
//! keepalived, and in the eyes of tcpdump and tshark.
#![expect(clippy::unwrap_used, reason = "a test panics when it fails")]

mod capture;
mod election;
mod faults;
mod keepalived;
mod node;
#[path = "../support/patience.rs"]
mod patience;
mod speaker;
mod wire;
