use super::Act;
use crate::lab::{Fault, Lab};

/// A fault as things done to the kernel, and what heals it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disturbance {
    /// What breaks it, in order.
    pub acts: Vec<Act>,
    /// What mends it, in order.
    pub mends: Vec<Act>,
}

/// What a fault does to a lab.
pub fn disturb(_lab: &Lab, _fault: &Fault) -> Disturbance {
    Disturbance { acts: Vec::new(), mends: Vec::new() }
}
