use super::super::{
    faults::Faults,
    rule::{self, Rule},
};
use crate::lab::{NameError, Place};
use std::str::FromStr;

/// What a name is made into, and so why it may not be longer.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    too_long: Rule,
    why: &'static str,
}

/// A lab's name.
pub const LAB: Kind = Kind {
    too_long: rule::LONG_LAB_NAME,
    why: "it is the first half of each namespace's name, `<lab>-<node>`",
};
/// A node's name.
pub const NODE: Kind = Kind {
    too_long: rule::LONG_NAME,
    why: "its bridge port is called `<node>.<n>`, and the kernel allows 15 bytes (IFNAMSIZ)",
};
/// A network's name.
pub const NETWORK: Kind = Kind {
    too_long: rule::LONG_NAME,
    why: "it is its bridge's name, and the kernel allows 15 bytes (IFNAMSIZ)",
};
/// The name of a virtual service or a scenario.
pub const LABEL: Kind =
    Kind { too_long: rule::LONG_NAME, why: "it stands in listings and reports" };

/// The name, or a fault at its place.
pub fn parse<N: FromStr<Err = NameError>>(
    text: &str,
    kind: Kind,
    at: &Place,
    faults: &mut Faults,
) -> Option<N> {
    match text.parse() {
        Ok(name) => Some(name),
        Err(error) => {
            let message = error.to_string();
            faults.push(match error {
                NameError::Length { limit, .. } => {
                    let help = format!("shorten it to {limit} bytes: {}", kind.why);
                    kind.too_long.at(at, message, help)
                }
                _ => rule::BAD_NAME.at(at, message, better(text)),
            });
            None
        }
    }
}

fn better(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let dashed: String =
        text.to_lowercase().chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    match dashed.trim_matches('-') {
        "" => "use a-z, 0-9 and `-`, as in `rs1`".to_owned(),
        better => format!("write `{better}`, for example"),
    }
}
