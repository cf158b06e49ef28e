//! Faults of a file: what is wrong, where, and what mends it.
//!
//! May: hold diagnostics, find their line and column, render them. May not: decide what is wrong;
//! that is `topology`'s business.

mod diagnostic;

pub use diagnostic::{Code, Diagnostic, Severity};
