//! lvs-lab builds Linux Virtual Server laboratories on one machine and proves by traffic that
//! they work.
//!
//! The crate is a set of rooms, each of which says in its first lines what it is for and what it
//! may not do; `docs/architecture.md` draws the arrows between them.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod backend;
pub mod cli;
pub mod diag;
pub mod engine;
pub mod guest;
pub mod ha;
pub mod import;
pub mod kernel;
pub mod lab;
pub mod oracle;
pub mod plan;
pub mod programs;
pub mod report;
pub mod scenario;
pub mod state;
pub mod supervisor;
pub mod text;
pub mod topology;
pub mod traffic;
