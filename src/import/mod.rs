//! Other tools' files as data: what `ipvsadm -S -n` prints (ipvsadm-save(8)), keepalived.conf(5),
//! and ldirectord.cf (ldirectord(8)).
//!
//! May: parse text, say what is wrong with it and at which word, sketch a topology file from
//! nothing but a table or the directors' configurations. May not: know what a topology file makes
//! of it or judge it by LVS's rules (that is `topology`'s business), read files (what is included
//! comes from a `Machine`, which `cli` is), or print.

mod bare;
mod command;
mod director;
mod fault;
mod format;
mod ipvsadm;
pub mod keepalived;
mod key;
pub mod ldirectord;
mod listing;
mod option;
mod page;
mod port;
mod script;
mod sketch;
mod table;
#[cfg(test)]
mod tests;
mod token;
mod tunnel;
mod value;

pub use bare::{Bare, Meaning};
pub use director::{Check, Director, Held, Remark, Sorry};
pub use fault::{Fault, Kind, Said, Spot};
pub use format::{Format, looks_like};
pub use ipvsadm::ipvsadm;
pub use key::Key;
pub use page::{Page, Span, scalar};
pub use script::bare as bare_words;
pub use sketch::{Origin, Sketch, sketch};
pub use table::{Netmask, Server, Service, Table};
