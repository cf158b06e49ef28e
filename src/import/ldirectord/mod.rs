//! An ldirectord.cf (ldirectord(8), version 4.12) as data. What the program takes is taken as it
//! takes it, by its `read_config`; what it refuses is refused at the same line.

mod address;
mod check;
mod directive;
mod line;
mod reading;
mod regex;
mod section;
mod server;
mod settings;
#[cfg(test)]
mod tests;
mod values;

pub use line::{bare, column};
pub use reading::ldirectord;
