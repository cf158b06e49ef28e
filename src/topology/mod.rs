//! Topology files: YAML text in, a valid `Lab` or every fault at once out.
//!
//! May: read YAML (and no other room may), know the file's keys, judge a file by LVS's rules, find
//! the line of a place. May not: touch the kernel, derive what a forwarding method implies (that
//! is `plan`'s business), or print.
//!
//! The way: `read` makes a tree of the text, `shape` holds it against the schema of `wire`, serde
//! decodes what is left, `validate` builds the `Lab` and holds it against the rules in `rule`.

mod builtin;
mod configuration;
mod faults;
mod key;
mod load;
mod locate;
mod phrase;
mod read;
mod rule;
mod schema;
mod shape;
mod sketched;
mod suggest;
mod table;
mod template;
#[cfg(test)]
mod tests;
mod token;
mod validate;
mod wire;

pub use crate::import::keepalived::Machine;
pub use builtin::{Builtin, NOTES, builtin, builtins};
pub use configuration::{Misread, sketch};
pub use load::{Valid, load};
pub use locate::{locate, located};
pub use rule::{ALL as RULES, Rule};
pub use schema::schema;
pub use sketched::{Sketched, of_ldirectord, of_table};
pub use suggest::did_you_mean;
pub use table::{is_in_table, located_in_table, with_table};
pub use template::template;
