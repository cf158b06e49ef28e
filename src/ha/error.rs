use crate::kernel::Cause;
use std::io;

/// A daemon could not begin, or not go on.
#[derive(Debug, thiserror::Error)]
pub enum HaError {
    /// The kernel refused something.
    #[error(transparent)]
    Kernel(#[from] Cause),
    /// An interface is not there.
    #[error("there is no interface {0}")]
    NoInterface(String),
    /// A system call failed.
    #[error("{call}: {error}")]
    Io {
        /// Which one.
        call: &'static str,
        /// What the kernel said.
        error: io::Error,
    },
}
