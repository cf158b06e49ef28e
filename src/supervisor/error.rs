use crate::state::StateError;
use nix::errno::Errno;
use std::io;

/// A supervisor could not be started, or not be asked.
#[derive(Debug, thiserror::Error)]
pub enum SupervisorError {
    /// The kernel gave no process or pipe.
    #[error("cannot start a supervisor: {call}: {}", errno.desc())]
    Start {
        /// The system call.
        call: &'static str,
        /// What the kernel said.
        errno: Errno,
    },
    /// The program has several threads: one of them might hold a lock.
    #[error("cannot start a supervisor: the program has several threads already")]
    Threads,
    /// The state directory refused.
    #[error(transparent)]
    State(#[from] StateError),
    /// Nobody answers on the lab's socket.
    #[error("the supervisor of the lab does not answer: {0}")]
    Silent(io::Error),
    /// It could not do what it was asked.
    #[error("{0}")]
    Refused(String),
    /// Something else than an answer came.
    #[error("the supervisor of the lab answered with something strange: {0}")]
    Strange(String),
}
