//! Faults of a file: what is wrong, where, and what mends it.
//!
//! May: hold diagnostics, find lines and columns of a text, and render both. May not: decide what is
//! wrong or read YAML; that is `topology`'s business.

mod diagnostic;
mod excerpt;
mod json;
mod lines;
mod position;
mod text;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use json::json;
pub use lines::Lines;
pub use position::Position;
pub use text::text;
