//! Topology files: YAML text in, a valid `Lab` or every fault at once out.
//!
//! May: read YAML (and no other room may), know the file's keys, judge a file by LVS's rules, find
//! the line of a place. May not: touch the kernel, derive what a forwarding method implies (that
//! is `plan`'s business), or print.
//!
//! The way: `document` reads the text once, into values that know their places; `shape` holds them
//! against the schema of `wire`, serde decodes what is left, `validate` builds the `Lab` and holds
//! it against the rules in `rule`.

mod blank;
mod builtin;
#[cfg(test)]
mod cascades;
mod configuration;
mod document;
mod faults;
mod foreign;
mod keys;
mod load;
mod meant;
mod phrase;
mod retold;
mod rule;
mod schema;
mod settings;
mod shape;
mod sketched;
#[cfg(test)]
mod slips;
mod strays;
mod suggest;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod validate;
mod wire;
mod wording;

pub use crate::import::keepalived::Machine;
pub use blank::blank;
pub use builtin::{Builtin, NOTES, builtin, builtins, with_schema};
pub use configuration::{Misread, sketch};
pub use document::{Document, LARGEST, decode, decode_foreign};
pub use load::{Valid, load};
pub use rule::{ALL as RULES, Rule};
pub use schema::schema;
pub use sketched::{Sketched, of_ldirectord, of_table};
pub use suggest::did_you_mean;
pub use table::{is_in_table, placed_in_table, with_table};
pub use template::template;
