//! Programs of the distribution: which Debian package brings each, and where they are found.
//!
//! May: look for files. May not: start a program, or know what it is asked to do.

mod list;
mod program;
mod search;

pub use list::LIST;
pub use program::{Need, Program};
pub use search::{complete, find, has_file};
