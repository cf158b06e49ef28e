use super::StateError;
use crate::lab::LabName;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The directory of one lab, and the names of what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabDir {
    name: LabName,
    path: PathBuf,
}

impl LabDir {
    pub(super) fn new(state: &Path, name: LabName) -> Self {
        Self { path: state.join(name.as_str()), name }
    }

    /// The lab.
    pub fn name(&self) -> &LabName {
        &self.name
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who is in charge of the lab: a [`super::Record`].
    pub fn record(&self) -> PathBuf {
        self.path.join("record.json")
    }

    /// What a blank lab is to become: a [`super::Exercise`].
    pub fn exercise(&self) -> PathBuf {
        self.path.join("exercise.json")
    }

    /// Each operation, written before it was done.
    pub fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }

    /// The supervisor's socket.
    pub fn socket(&self) -> PathBuf {
        self.path.join("control.sock")
    }

    /// The socket of the process that owns the lab's guest.
    pub fn guest_socket(&self) -> PathBuf {
        self.path.join("guest.sock")
    }

    /// What the supervisor wrote to its standard streams.
    pub fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    /// The mounts that keep the lab's namespaces.
    pub fn namespaces(&self) -> PathBuf {
        self.path.join("netns")
    }

    /// The lock file, beside the directory so that it outlives it.
    pub fn lock(&self) -> PathBuf {
        self.path.with_file_name(format!("{}.lock", self.name))
    }

    /// Makes the directory; its being there already is an error.
    pub fn create(&self) -> Result<(), StateError> {
        let made = DirBuilder::new().mode(0o700).create(&self.path);
        made.map_err(StateError::refused("make", &self.path))
    }

    /// Whether it is there.
    pub fn exists(&self) -> bool {
        self.path.symlink_metadata().is_ok()
    }
}
