use crate::kernel::Cause;
use crate::kernel::processes::{self, Process};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// In the environment of a daemon and of everything that it starts.
pub(super) const MARK: &str = "LVS_LAB_DAEMON";

/// What stands there: the daemon's name after the device and inode of its directory, which no two
/// labs share, whatever mounts their supervisors see. The namespace would not do, as it may lose
/// its name while daemons live in it.
pub(super) fn mark(directory: &Path, daemon: &str) -> io::Result<String> {
    let found = fs::metadata(directory)?;
    Ok(format!("{}:{}:{daemon}", found.dev(), found.ino()))
}

/// The processes of a directory's daemons, each with its daemon's name; where there is no directory
/// there are none.
pub(super) fn processes(directory: &Path) -> Result<Vec<(Process, String)>, Cause> {
    let start = match mark(directory, "") {
        Ok(start) => start,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Cause::io("stat", error)),
    };
    let name = |(process, value): (Process, String)| {
        Some((process, value.strip_prefix(&start)?.to_owned()))
    };
    Ok(processes::with_variable(MARK)?.into_iter().filter_map(name).collect())
}

/// The processes of one daemon.
pub(super) fn processes_of(directory: &Path, daemon: &str) -> Result<Vec<Process>, Cause> {
    let its = processes(directory)?.into_iter().filter(|(_, name)| name == daemon);
    Ok(its.map(|(process, _)| process).collect())
}

/// The daemons of a directory that run: those whose first process is alive. Sorted.
pub fn names(directory: &Path) -> Result<Vec<String>, Cause> {
    let leaders = processes(directory)?.into_iter().filter(|(process, _)| process.leads_session());
    let names: BTreeSet<String> = leaders.map(|(_, name)| name).collect();
    Ok(names.into_iter().collect())
}
