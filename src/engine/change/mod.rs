//! From one plan to another while the lab is up: what can be done live, and what cannot.

mod difference;
mod live;
mod rebuild;
mod redo;
mod renew;
mod subject;

use crate::plan::{Act, Plan};
use difference::Difference;

/// What a changed file means for a lab that is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The lab stays as it is.
    NothingNew,
    /// This brings it to the new file.
    Live(Vec<Act>),
    /// It must be taken down first.
    Rebuild {
        /// What cannot be changed live, one entry each.
        reasons: Vec<String>,
    },
}

/// Compares the plan that a lab was built by with a new one.
pub fn change(old: &Plan, new: &Plan) -> Change {
    let difference = Difference::between(old, new);
    let reasons = rebuild::reasons(&difference);
    if !reasons.is_empty() {
        return Change::Rebuild { reasons };
    }
    let acts = live::acts(&difference);
    if acts.is_empty() { Change::NothingNew } else { Change::Live(acts) }
}

#[cfg(test)]
mod tests;
