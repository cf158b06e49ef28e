use super::error::if_there;
use super::{LabDir, StateError};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The right to change a lab (flock(2)). It is given back when the last process that shares it,
/// by fork or by [`Lock::share`], has dropped it or died.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

/// What to do while somebody else has the lock.
#[derive(Clone, Copy)]
enum Patience {
    None,
    Endless,
}

impl Lock {
    /// Takes the lock if nobody has it.
    pub fn try_take(lab: &LabDir) -> Result<Option<Self>, StateError> {
        take(&lab.lock(), Patience::None)
    }

    /// Takes the lock; `waiting` is called once if somebody else has it, before waiting for him.
    pub fn take(lab: &LabDir, waiting: impl FnOnce()) -> Result<Self, StateError> {
        if let Some(lock) = Self::try_take(lab)? {
            return Ok(lock);
        }
        waiting();
        loop {
            if let Some(lock) = take(&lab.lock(), Patience::Endless)? {
                return Ok(lock);
            }
        }
    }

    /// The same lock once more: both must be dropped before somebody else gets it.
    pub fn share(&self) -> Result<Self, StateError> {
        let file = self.file.try_clone().map_err(StateError::refused("open", &self.path))?;
        Ok(Self { path: self.path.clone(), file })
    }

    /// Removes the lock file and gives the lock back: the end of a lab. If whoever shares the lock
    /// has removed it already, the file there now is another's, and stays.
    pub fn remove(self) -> Result<(), StateError> {
        let removed = is_at(&self.file, &self.path)
            .and_then(|mine| if mine { fs::remove_file(&self.path) } else { Ok(()) });
        removed.map_err(StateError::refused("remove", &self.path))
    }
}

impl AsFd for Lock {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// `None` if somebody else has the lock, or removed the file while it was being waited for.
fn take(path: &Path, patience: Patience) -> Result<Option<Lock>, StateError> {
    let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    let file = opened.map_err(StateError::refused("open", path))?;
    let locked = match patience {
        Patience::Endless => lock(&file).map(|()| true),
        Patience::None => match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        },
    };
    let mine = locked.and_then(|locked| Ok(locked && is_at(&file, path)?));
    let mine = mine.map_err(StateError::refused("lock", path))?;
    Ok(mine.then(|| Lock { path: path.to_owned(), file }))
}

/// Waits for the lock, through signals.
fn lock(file: &File) -> io::Result<()> {
    loop {
        match file.lock() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
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
    fn a_shared_lock_is_held_until_both_are_dropped() {
        let (_parent, lab) = lab();
        let first = Lock::try_take(&lab).unwrap().unwrap();
        let second = first.share().unwrap();
        drop(first);
        assert!(Lock::try_take(&lab).unwrap().is_none());
        drop(second);
        assert!(Lock::try_take(&lab).unwrap().is_some());
    }

    #[test]
    fn a_lock_that_was_removed_by_one_is_not_removed_again_by_the_other() {
        let (_parent, lab) = lab();
        let first = Lock::try_take(&lab).unwrap().unwrap();
        first.share().unwrap().remove().unwrap();
        let next = Lock::try_take(&lab).unwrap();
        assert!(next.is_some());
        first.remove().unwrap();
        assert!(lab.lock().exists());
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
