//! Removes what a lab left on the machine, whoever built it and however far he came.
//!
//! It needs neither the topology nor the supervisor: everything that is the lab's is found by its
//! directory, and nothing else is touched.

mod mounts;
mod names;
mod processes;

use crate::lab::LabName;
use crate::state::{LabDir, Lock, StateError};
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// Namespaces.
    pub namespaces: usize,
    /// Processes that still ran in them, the supervisor not counted.
    pub processes: usize,
}

/// What could not be removed, and why.
#[derive(Debug)]
pub struct Leftovers {
    /// The lab.
    pub lab: LabName,
    /// One entry for each fault, in words.
    pub what: Vec<String>,
}

impl std::error::Error for Leftovers {}

impl fmt::Display for Leftovers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lab `{}` left something behind: {}", self.lab, self.what.join("; "))
    }
}

/// Ends a lab's processes, and removes its namespaces, their names in `names` (`/run/netns`) and
/// its directory. All of it is tried, whatever fails; what is not there counts as removed.
///
/// The lock shows that nobody else is at it; its file is the caller's to remove.
pub fn clean(lab: &LabDir, names: &Path, _: &Lock) -> Result<Cleaned, Leftovers> {
    let mut left = Vec::new();
    let supervisor = processes::tell_supervisor(lab);
    // Meanwhile it ends. Names that it makes to the last go with the rest below.
    names::remove(names, &lab.namespaces());
    let ended = supervisor.and_then(|told| told.map_or(Ok(()), processes::end_supervisor));
    left.extend(ended.err());
    let namespaces = mounts::count(lab);
    let (processes, immortal) = processes::end_inhabitants(lab);
    left.extend(immortal);
    left.extend(names::remove(names, &lab.namespaces()));
    left.extend(mounts::detach(lab));
    left.extend(remove_directory(lab).err().map(|error| error.to_string()));
    match left.is_empty() {
        true => Ok(Cleaned { namespaces, processes }),
        false => Err(Leftovers { lab: lab.name().clone(), what: left }),
    }
}

fn remove_directory(lab: &LabDir) -> Result<(), StateError> {
    match fs::remove_dir_all(lab.path()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StateError::refused("remove", lab.path())(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
