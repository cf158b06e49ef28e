//! What is there against what was planned, read afresh each time.

mod additions;
mod cables;
mod compare;
mod daemons;
mod drift;
mod interfaces;
mod nodes;
mod surplus;
mod survey;
mod tables;

pub use compare::compare;
pub use drift::Drift;
pub use survey::{Survey, survey};

use super::{EngineError, Journal, perform};
use crate::kernel::{Kernel, KernelError};
use crate::plan::{Act, Plan};

/// Reads every node back and says how it differs from the plan. An IPVS table that the plan fills
/// must hold nothing else, and a firewall no other rule that has our sign; other additions are
/// told, and left alone. What a health checker did to a table is as planned, and so is whatever is
/// in a table that a daemon makes.
pub async fn verify<K: Kernel>(plan: &Plan, kernel: &mut K) -> Result<Vec<Drift>, KernelError> {
    Ok(compare(plan, &survey(plan, kernel).await?))
}

/// Mends what drifted. Commands of the file are never run again.
pub async fn repair<K: Kernel>(
    drifts: &[Drift],
    kernel: &mut K,
    journal: &mut Journal,
) -> Result<(), EngineError> {
    let acts: Vec<Act> = drift::in_order(drifts);
    perform(&acts, kernel, journal).await.1
}

#[cfg(test)]
mod tests;
