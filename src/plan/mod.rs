//! What has to be done to make a lab, as an ordered list of operations.
//!
//! May: read a `Lab`, derive what its forwarding methods imply, say why and in which words. May
//! not: do any I/O, resolve an id, or know how the kernel is told.
//!
//! `build` has one builder per concern; `op` is the data they make; `prose` and `shell` are the
//! two ways an operation is put into words; `ability` is what it asks of a kernel; `keepalived` and `ldirectord` put a director into the
//! words of these programs.

mod ability;
mod act;
mod build;
mod by_hand;
mod daemon;
mod entry;
mod explain;
mod fault;
mod grain;
mod keepalived;
mod key;
mod ldirectord;
mod op;
mod packet_mark;
mod page;
mod percent;
mod process;
mod prose;
#[cfg(test)]
mod sample;
mod shell;
mod step;

pub use ability::{Ability, Proof, Way, disturbing, needs};
pub use act::Act;
pub use build::build;
pub use by_hand::{by_hand, with_tables};
pub use daemon::{
    CheckedServer, CheckedService, Checker, Daemon, HeldAddress, Seat, SeatTrack, Speaker, SyncSeat,
};
pub use entry::{DestinationEntry, ServiceEntry};
pub use explain::explain;
pub use fault::{Disturbance, disturb};
pub use keepalived::keepalived;
pub use key::ServiceKey;
pub use ldirectord::ldirectord;
pub use op::{Backend, Behaviour, Op};
pub use packet_mark::PacketMark;
pub use process::{Process, Upstream};
pub use shell::{flag_words, ipvsadm, netmask, quoted, script, typed, typed_again, typed_away};
pub use step::{Plan, Step};
