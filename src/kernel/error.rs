use crate::lab::NodeName;
use nix::errno::Errno;

/// The kernel refused something.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} in node `{node}`: {cause}")]
pub struct KernelError {
    /// What was to be done, as in "add address 10.0.0.1/24 to eth0".
    pub action: String,
    /// Where.
    pub node: NodeName,
    /// What it said.
    pub cause: Cause,
}

/// What the kernel, or a program, said.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// An error number, with the call or message that got it (`RTM_NEWADDR`, `mount`).
    #[error("{call}: {} ({})", errno_name(*errno), errno.desc())]
    Errno {
        /// The call or netlink message.
        call: &'static str,
        /// The error number.
        errno: Errno,
    },
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

/// The name in errno.h, as in `EEXIST`.
fn errno_name(errno: Errno) -> String {
    format!("{errno:?}")
}
