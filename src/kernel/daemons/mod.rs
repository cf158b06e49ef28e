//! The daemons of directors: where they keep their files, and what they write down.

mod health;
mod stamp;
mod states;

pub use health::{Health, HealthChange, health_changes, record_health};
pub use states::{StateChange, record_state, state_changes};

use crate::lab::NodeName;
use std::path::{Path, PathBuf};

/// Where a director's daemons keep their files, below the lab's directory: configurations
/// (`<daemon>.conf`), logs (`<daemon>.log`), the states of virtual routers (`states`) and the
/// health of real servers (`health`).
pub fn directory(lab: &Path, director: &NodeName) -> PathBuf {
    lab.join("daemons").join(director.as_str())
}
