//! The daemons of directors, and the programs that a file asks for: how they are started and ended,
//! where they keep their files, and what they write down.

mod builtin;
mod health;
mod holder;
mod keepalived;
mod launch;
mod ldirectord;
mod log;
mod logs;
mod process;
mod running;
mod stamp;
mod start;
mod states;
mod stop;

pub use health::{Health, HealthChange, health_changes, record_health};
pub(super) use holder::await_address;
pub use logs::{LogFile, log_files};
pub(super) use process::{
    directory as processes_directory, start as start_process, stop as stop_process,
};
pub(super) use running::names as running;
pub(super) use start::start;
pub use states::{StateChange, record_state, state_changes};
pub(super) use stop::{kill_all, stop};

use crate::lab::NodeName;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long daemons may take until they work, and hold what they are to hold. It ends a hang: a guest
/// on a busy machine is slow, and what ends is noticed at once.
const PATIENCE: Duration = Duration::from_secs(180);

/// Where a director's daemons keep their files, below the lab's directory: configurations
/// (`<daemon>.conf`), logs (`<daemon>.log`), the states of virtual routers (`states`) and the
/// health of real servers (`health`).
pub fn directory(lab: &Path, director: &NodeName) -> PathBuf {
    lab.join("daemons").join(director.as_str())
}
