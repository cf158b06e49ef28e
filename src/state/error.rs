use nix::errno::Errno;
use std::io;
use std::path::{Path, PathBuf};

/// Something about the state directory could not be done.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The system refused: a full disk, a directory that may not be written.
    #[error("cannot {action} `{}`: {}", path.display(), words(cause))]
    Refused {
        /// What was to be done, as in "write".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The directory could be used by somebody else to lead the program astray.
    #[error("`{}` is not safe to keep state in: {fault}", path.display())]
    Unsafe {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// A file holds something that lvs-lab did not write.
    #[error("`{}` cannot be understood: {fault}", path.display())]
    Garbled {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: String,
    },
    /// There is no home directory to keep the state in.
    #[error("no place for state: neither XDG_RUNTIME_DIR nor HOME is set")]
    Homeless,
    /// A process could not be ended or waited for.
    #[error("cannot {action} process {pid}: {}", words(&(*errno).into()))]
    Process {
        /// What was to be done, as in "signal".
        action: &'static str,
        /// Which process.
        pid: i32,
        /// What the kernel said.
        errno: Errno,
    },
}

impl StateError {
    /// For `map_err`: the system refused to do `action` with `path`.
    pub(super) fn refused(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Refused { action, path, cause }
    }
}

/// The error number's name and meaning, as in "ENOSPC (No space left on device)".
fn words(cause: &io::Error) -> String {
    match cause.raw_os_error().map(Errno::from_raw) {
        Some(errno) => format!("{errno:?} ({})", errno.desc()),
        None => cause.to_string(),
    }
}

/// An absent thing is an answer, not an error.
pub(super) fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
