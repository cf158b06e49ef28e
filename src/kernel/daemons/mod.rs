//! The daemons of directors: where they keep their files, and what they write down.

mod states;

pub use states::{StateChange, record_state, state_changes};

use crate::lab::NodeName;
use std::path::{Path, PathBuf};

/// Where a director's daemons keep their files, below the lab's directory: configurations
/// (`<daemon>.conf`), logs (`<daemon>.log`), and the states of virtual routers (`states`).
pub fn directory(lab: &Path, director: &NodeName) -> PathBuf {
    lab.join("daemons").join(director.as_str())
}
