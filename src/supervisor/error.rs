use crate::lab::LabName;
use crate::state::StateError;
use nix::errno::Errno;
use std::io;

/// The process that holds a lab could not be started, reached or understood.
#[derive(Debug, thiserror::Error)]
pub enum SupervisorError {
    /// Its directory, record or journal could not be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// There is no such lab.
    #[error("lab `{0}` is not up")]
    NotUp(LabName),
    /// The lab has lost its supervisor.
    #[error("lab `{0}` has lost its supervisor: nobody serves its backends any more")]
    Dead(LabName),
    /// The supervisor ended without a word about the lab.
    #[error("the supervisor of lab `{lab}` died{}", after_colon(last_words))]
    Died {
        /// The lab.
        lab: LabName,
        /// The end of its log.
        last_words: String,
    },
    /// The supervisor is there and does not answer.
    #[error("the supervisor of lab `{lab}` does not answer: {cause}")]
    Silent {
        /// The lab.
        lab: LabName,
        /// What the system said.
        cause: io::Error,
    },
    /// What came over the line is none of ours: caller and supervisor may be of two versions.
    #[error("the supervisor of lab `{lab}` cannot be understood: {fault}")]
    Garbled {
        /// The lab.
        lab: LabName,
        /// What is wrong.
        fault: String,
    },
    /// A process could not be made.
    #[error("cannot start a supervisor: {call}: {}", .errno.desc())]
    Start {
        /// The system call.
        call: &'static str,
        /// What it said.
        errno: Errno,
    },
    /// Forking a process with several threads would leave their locks held for ever.
    #[error("cannot start a supervisor: the program has several threads already")]
    Threads,
}

fn after_colon(text: &str) -> String {
    match text.trim() {
        "" => String::new(),
        text => format!(": {text}"),
    }
}
