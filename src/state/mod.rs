//! What is kept on disk about labs: one directory per lab, who is in charge of it, and a lock.
//!
//! May: make, read and remove files of the state directory, and name processes beyond doubt. May
//! not: know what a lab is made of, talk to the kernel's network, or print.

mod directory;
mod error;
mod exercise;
mod lab_dir;
mod lock;
mod process;
mod record;
pub mod socket;

pub use directory::StateDir;
pub use error::StateError;
pub use exercise::Exercise;
pub use lab_dir::LabDir;
pub use lock::Lock;
pub use process::{Exit, Process};
pub use record::{Provider, Record};
