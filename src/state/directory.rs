use super::error::if_there;
use super::{LabDir, StateError};
use crate::lab::LabName;
use nix::unistd::geteuid;
use std::env;
use std::fs::{self, DirBuilder, Metadata};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The directory that holds a directory for each lab of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDir(PathBuf);

impl StateDir {
    /// Where the calling user's labs are kept: `/run/lvs-lab` for root, for others
    /// `$XDG_RUNTIME_DIR/lvs-lab`, else `~/.local/state/lvs-lab`. Nothing is made yet.
    pub fn of_user() -> Result<Self, StateError> {
        if geteuid().is_root() {
            return Ok(Self::at("/run/lvs-lab"));
        }
        let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let runtime = set("XDG_RUNTIME_DIR").map(|dir| dir.join("lvs-lab"));
        let home = || set("HOME").map(|dir| dir.join(".local/state/lvs-lab"));
        runtime.or_else(home).map(Self).ok_or(StateError::Homeless)
    }

    /// This directory, whoever is asking. Nothing is made yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The directory of a lab, whether or not it is there.
    pub fn lab(&self, name: &LabName) -> LabDir {
        LabDir::new(&self.0, name.clone())
    }

    /// The labs that left something here, by name.
    pub fn labs(&self) -> Result<Vec<LabName>, StateError> {
        let list = if_there(fs::read_dir(&self.0)).map_err(StateError::refused("read", &self.0))?;
        let mut names = Vec::new();
        for entry in list.into_iter().flatten() {
            let entry = entry.map_err(StateError::refused("read", &self.0))?;
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let name = entry.file_name().to_str().and_then(|name| name.parse().ok());
            names.extend(name.filter(|_| is_directory));
        }
        names.sort();
        Ok(names)
    }

    /// Makes it, for the user's eyes only, unless it is there; refuses one that somebody else
    /// could have laid out.
    pub fn prepare(&self) -> Result<(), StateError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        let looked = made.and_then(|()| fs::symlink_metadata(&self.0));
        let found = looked.map_err(StateError::refused("make", &self.0))?;
        match fault(&found) {
            Some(fault) => Err(StateError::Unsafe { path: self.0.clone(), fault }),
            None => Ok(()),
        }
    }
}

fn fault(found: &Metadata) -> Option<&'static str> {
    let others_may_write = found.permissions().mode() & 0o022 != 0;
    if found.is_symlink() {
        Some("it is a symbolic link")
    } else if found.uid() != geteuid().as_raw() {
        Some("it belongs to another user")
    } else if others_may_write {
        Some("others may write to it")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_for_its_owner_only() {
        let parent = tempfile::tempdir().unwrap();
        let state = StateDir::at(parent.path().join("a/b"));
        state.prepare().unwrap();
        state.prepare().unwrap();
        let mode = fs::metadata(state.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_symbolic_link_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let link = parent.path().join("link");
        std::os::unix::fs::symlink(parent.path(), &link).unwrap();
        let error = StateDir::at(&link).prepare().unwrap_err().to_string();
        assert!(error.ends_with("is not safe to keep state in: it is a symbolic link"), "{error}");
    }

    #[test]
    fn a_directory_that_others_may_write_to_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        fs::set_permissions(parent.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let error = StateDir::at(parent.path()).prepare().unwrap_err();
        assert!(error.to_string().ends_with("others may write to it"), "{error}");
    }

    #[test]
    fn what_cannot_be_made_is_named_with_the_reason() {
        let error = StateDir::at("/proc/lvs-lab").prepare().unwrap_err().to_string();
        assert_eq!(error, "cannot make `/proc/lvs-lab`: ENOENT (No such file or directory)");
    }

    #[test]
    fn only_directories_with_a_labs_name_are_labs() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["nat", "dr", "Not-A-Lab"] {
            fs::create_dir(parent.path().join(name)).unwrap();
        }
        fs::write(parent.path().join("file"), "").unwrap();
        let labs = StateDir::at(parent.path()).labs().unwrap();
        assert_eq!(labs.iter().map(LabName::as_str).collect::<Vec<_>>(), ["dr", "nat"]);
    }

    #[test]
    fn a_missing_directory_has_no_labs() {
        assert_eq!(StateDir::at("/proc/lvs-lab").labs().unwrap(), []);
    }
}
