//! What every program that measures has in common: its command line, its sandboxes, its clock.

pub mod machine;
pub mod program;
pub mod sandbox;
pub mod timing;

use std::error::Error;

/// What came of something, or why nothing did.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;
