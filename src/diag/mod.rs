//! Faults of a file: what is wrong, where, and what mends it.
//!
//! May: hold diagnostics and render them, given their line and column. May not: decide what is
//! wrong or read YAML; that is `topology`'s business.

mod diagnostic;
mod excerpt;
mod json;
mod located;
mod text;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use json::json;
pub use located::{Located, Position};
pub use text::text;
