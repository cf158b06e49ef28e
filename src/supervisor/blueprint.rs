use crate::lab::Lab;
use crate::plan::Plan;
use crate::state::{LabDir, Source};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What is to be built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blueprint {
    /// The topology file.
    pub source: Source,
    /// What it says.
    pub lab: Lab,
    /// What that means.
    pub plan: Plan,
}

/// Where it is to be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The lab's directory.
    pub directory: LabDir,
    /// Where namespaces get their names, /run/netns but for tests.
    pub names: PathBuf,
}
