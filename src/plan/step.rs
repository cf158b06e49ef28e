use super::Op;
use crate::lab::{LabName, Place};
use serde::{Deserialize, Serialize};

/// One operation of a plan, and why it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is done.
    pub op: Op,
    /// Why, in words for a student.
    pub why: String,
    /// What in the file it comes from.
    pub at: Place,
}

/// Everything that `up` does, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The lab.
    pub lab: LabName,
    /// The steps in order; down undoes them in reverse.
    pub steps: Vec<Step>,
}
