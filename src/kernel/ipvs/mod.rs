//! The kernel's IPVS table over generic netlink (linux/ip_vs.h), a namespace at a time.
//!
//! May: know the wire format. May not: know nodes or operations.

mod channel;
mod connections;
mod decode;
mod encode;
mod fields;
mod listing;
mod support;
mod sync;
mod table;
mod wire;

pub(super) use channel::Ipvs;
pub use connections::Connection;
pub(super) use connections::{connections, is_in_use};
pub(super) use listing::{Listing, Weight};
pub use support::may_use_ip_vs;
pub(super) use support::takes;
pub use sync::{SyncDaemon, SyncRole};
pub use table::IpvsTable;
