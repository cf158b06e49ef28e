use super::health::forget_health;
use super::launch::Place;
use super::running::processes_of;
use super::{PATIENCE, builtin, keepalived, ldirectord};
use crate::kernel::{Cause, Namespace};
use crate::plan::Daemon;
use nix::errno::Errno;
use std::fs;
use std::path::Path;
use tokio::time::timeout;

/// Starts a daemon in a director, and waits until it works.
pub async fn start(namespace: &Namespace, directory: &Path, daemon: &Daemon) -> Result<(), Cause> {
    fs::create_dir_all(directory).map_err(|e| Cause::io("mkdir", e))?;
    if !processes_of(directory, daemon.name())?.is_empty() {
        return Err(Cause::errno("start", Errno::EEXIST));
    }
    if !matches!(daemon, Daemon::Speaker(_)) {
        forget_health(directory).map_err(|e| Cause::io("unlink", e))?;
    }
    let place = Place { namespace, directory, daemon: daemon.name() };
    fs::write(place.file("conf"), text(daemon, place)?).map_err(|e| Cause::io("write", e))?;
    let started = async {
        match daemon {
            Daemon::Speaker(_) | Daemon::Checker(_) => builtin::start(place).await,
            Daemon::Keepalived { .. } => keepalived::start(place).await,
            Daemon::Ldirectord { configuration, .. } => {
                ldirectord::start(place, configuration).await
            }
        }
    };
    let late = |_| Cause::Other(format!("it does not work after {PATIENCE:?}"));
    timeout(PATIENCE, started).await.map_err(late)?
}

/// What its configuration file says.
fn text(daemon: &Daemon, place: Place<'_>) -> Result<String, Cause> {
    match daemon {
        Daemon::Speaker(_) | Daemon::Checker(_) => serde_json::to_string_pretty(daemon)
            .map_err(|error| Cause::Other(format!("its configuration: {error}"))),
        Daemon::Keepalived { configuration, .. } => {
            Ok(keepalived::configuration(configuration, place))
        }
        Daemon::Ldirectord { configuration, .. } => Ok(configuration.clone()),
    }
}
