//! Words for a person to read: what colours them, how wide they are, and how times are told.
//!
//! May: know terminals and letters. May not: know what the words are about.

mod colour;
mod date;
mod elapsed;
mod style;
mod visible;
mod wrapped;

pub use colour::{Colour, Ink};
pub use date::date;
pub use elapsed::elapsed;
pub use style::{Letters, Style};
pub use visible::{first_line, moves_cursor, printable, visible, visible_lines};
pub use wrapped::{columns, cut, width_of, wrapped};
