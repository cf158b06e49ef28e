//! The command line: one verb, one file, thin.
//!
//! May: read flags, call the other rooms, print, and turn what happened into an exit code (only
//! `exit` knows the numbers). May not: know how anything is done.

mod args;
mod build;
mod builtins;
mod context;
mod disk;
mod exit;
mod failure;
mod furnish;
mod guests;
mod inside;
mod interruption;
mod machine;
mod private;
mod progress;
mod provider;
mod report_file;
mod running;
mod sockets;
mod stage;
mod start;
mod terminal;
mod verbs;

pub use start::main;
