use super::channel::BadFrame;

/// Something about a guest went wrong.
#[derive(Debug, thiserror::Error)]
pub enum GuestError {
    /// The provider is not installed.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// A system call of this machine's kernel failed.
    #[error("cannot {action}: {cause}")]
    System {
        /// What was to be done.
        action: &'static str,
        /// What the kernel said.
        cause: std::io::Error,
    },
    /// The guest did not come up.
    #[error("the guest kernel did not come up: {reason}{log}")]
    Boot {
        /// Why, as far as that is known.
        reason: String,
        /// The last lines of its console.
        log: LogTail,
    },
    /// It was given up before it had come up; nothing is left of it.
    #[error("the guest was given up before it had come up")]
    Unwanted,
    /// The process that was to own the guest could not bring it up.
    #[error("{0}")]
    Start(String),
    /// The guest has ended while it was needed.
    #[error("the guest died: {0}")]
    Died(String),
    /// There is no guest behind the socket.
    #[error("no guest is running here")]
    Gone,
    /// The guest was booted by another version of this program.
    #[error("the guest speaks version {theirs} of the channel, this lvs-lab speaks {ours}")]
    Version {
        /// What the guest speaks.
        theirs: u32,
        /// What this program speaks.
        ours: u32,
    },
    /// The other end sent nonsense.
    #[error(transparent)]
    Frame(#[from] BadFrame),
}

impl GuestError {
    /// For `map_err`: `action` is what was to be done.
    pub(super) fn system<E: Into<std::io::Error>>(action: &'static str) -> impl Fn(E) -> Self {
        move |cause| Self::System { action, cause: cause.into() }
    }
}

/// What a provider needs and this machine has not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// No such program on the search path.
    #[error("the guest kernel `{program}` is not installed; the Debian package is `{package}`")]
    Program {
        /// The program.
        program: &'static str,
        /// The package that has it.
        package: &'static str,
    },
    /// The kernel is there without its modules.
    #[error("the guest kernel has no modules in `{directory}`; the Debian package is `{package}`")]
    Modules {
        /// Where they should be.
        directory: String,
        /// The package that has them.
        package: &'static str,
    },
}

impl Missing {
    /// The Debian package that brings it.
    pub fn package(&self) -> &'static str {
        match self {
            Self::Program { package, .. } | Self::Modules { package, .. } => package,
        }
    }
}

/// The last lines of a console, shown below a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogTail(pub Vec<String>);

impl std::fmt::Display for LogTail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|line| write!(f, "\n  | {line}"))
    }
}
