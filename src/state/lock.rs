use super::error::if_there;
use super::{LabDir, StateError};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The right to change a lab, held by one process at a time (flock(2)); dropping it gives it back.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    /// Gives the lock back when it is closed.
    _file: Flock<File>,
}

impl Lock {
    /// Takes the lock if nobody has it.
    pub fn try_take(lab: &LabDir) -> Result<Option<Self>, StateError> {
        take(&lab.lock(), FlockArg::LockExclusiveNonblock)
    }

    /// Takes the lock; `waiting` is called once if somebody else has it, before waiting for him.
    pub fn take(lab: &LabDir, waiting: impl FnOnce()) -> Result<Self, StateError> {
        if let Some(lock) = Self::try_take(lab)? {
            return Ok(lock);
        }
        waiting();
        loop {
            if let Some(lock) = take(&lab.lock(), FlockArg::LockExclusive)? {
                return Ok(lock);
            }
        }
    }

    /// Removes the lock file and gives the lock back: the end of a lab.
    pub fn remove(self) -> Result<(), StateError> {
        let removed = if_there(fs::remove_file(&self.path));
        removed.map(drop).map_err(StateError::refused("remove", &self.path))
    }
}

/// `None` if somebody else has the lock, or removed the file while it was being waited for.
fn take(path: &Path, how: FlockArg) -> Result<Option<Lock>, StateError> {
    let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    let mut file = opened.map_err(StateError::refused("open", path))?;
    let locked = loop {
        match Flock::lock(file, how) {
            Ok(locked) => break locked,
            Err((_, Errno::EWOULDBLOCK)) => return Ok(None),
            Err((again, Errno::EINTR)) => file = again,
            Err((_, errno)) => return Err(StateError::refused("lock", path)(errno.into())),
        }
    };
    let same = is_at(&locked, path).map_err(StateError::refused("read", path))?;
    Ok(same.then(|| Lock { path: path.to_owned(), _file: locked }))
}

/// Whether the path still leads to the file: its last holder may have removed it.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let there = if_there(fs::symlink_metadata(path))?;
    let held = file.metadata()?;
    Ok(there.is_some_and(|there| (there.dev(), there.ino()) == (held.dev(), held.ino())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::StateDir;
    use std::sync::mpsc;

    fn lab() -> (tempfile::TempDir, LabDir) {
        let parent = tempfile::tempdir().unwrap();
        let lab = StateDir::at(parent.path()).lab(&"nat".parse().unwrap());
        (parent, lab)
    }

    #[test]
    fn only_one_holds_it() {
        let (_parent, lab) = lab();
        let first = Lock::try_take(&lab).unwrap();
        assert!(first.is_some());
        assert!(Lock::try_take(&lab).unwrap().is_none());
        drop(first);
        assert!(Lock::try_take(&lab).unwrap().is_some());
    }

    #[test]
    fn whoever_waits_says_so_and_gets_it_even_if_the_file_was_removed_meanwhile() {
        let (_parent, lab) = lab();
        let first = Lock::try_take(&lab).unwrap().unwrap();
        let (said, waits) = mpsc::channel();
        let for_thread = lab.clone();
        let waiter =
            std::thread::spawn(move || Lock::take(&for_thread, || said.send(()).unwrap()).unwrap());
        waits.recv().unwrap();
        first.remove().unwrap();
        let second = waiter.join().unwrap();
        assert!(lab.lock().exists());
        assert!(Lock::try_take(&lab).unwrap().is_none());
        second.remove().unwrap();
        assert!(!lab.lock().exists());
    }
}
