use crate::lab::Lab;
use crate::lab::Source;
use crate::plan::{self, Plan};
use crate::state::LabDir;
use std::path::PathBuf;

/// What a supervisor is to hold.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The lab.
    pub lab: Lab,
    /// What it comes from.
    pub source: Source,
    /// Its directory, which must be there.
    pub dir: LabDir,
    /// Where `ip netns` looks for names: `/run/netns`, except in tests.
    pub names: PathBuf,
}

impl Assignment {
    /// The lab's plan.
    pub fn plan(&self) -> Plan {
        plan::build(&self.lab)
    }
}
