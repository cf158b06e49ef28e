//! Other tools' files as data: what `ipvsadm -S -n` prints (ipvsadm-save(8)), and
//! keepalived.conf(5).
//!
//! May: parse text, say what is wrong with it and at which word, sketch a topology file from
//! nothing but a table or the directors' configurations. May not: know what a topology file makes
//! of it or judge it by LVS's rules (that is `topology`'s business), read files (what is included
//! comes from a `Machine`, which `cli` is), or print.

mod command;
mod fault;
mod ipvsadm;
pub mod keepalived;
mod key;
mod option;
mod sketch;
mod table;
#[cfg(test)]
mod tests;
mod token;
mod tunnel;
mod value;

pub use fault::{Fault, Kind, Said, Spot};
pub use ipvsadm::ipvsadm;
pub use key::Key;
pub use sketch::sketch;
pub use table::{Netmask, Server, Service, Table};
