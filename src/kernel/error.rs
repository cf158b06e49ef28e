use crate::lab::{NodeName, Port, Protocol, Scheduler};
use nix::errno::Errno;
use std::io;
use std::path::PathBuf;

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
    /// A name that the lab needs belongs to someone else, and is left alone.
    #[error("`{}` is there and does not belong to this lab", .0.display())]
    Foreign(PathBuf),
    /// The node's namespace does not exist.
    #[error("its namespace is not there")]
    NoNamespace,
    /// The kernel has no IPVS, neither built in nor as a module.
    #[error("the kernel has no ip_vs")]
    NoIpvs,
    /// The kernel was built without a scheduler, and no module brings it.
    #[error("the kernel has no scheduler `{0}` (module {module})", module = .0.module())]
    NoScheduler(Scheduler),
    /// Nothing is served on the port.
    #[error("nothing is served on {port}")]
    NoBackend {
        /// The port.
        port: Port,
    },
    /// The kernel does not know a transport protocol.
    #[error("the kernel has no {name} (module {0})", name = .0.title())]
    NoProtocol(Protocol),
    /// A program that the operation needs is not installed.
    #[error("`{program}` is not installed (Debian package `{package}`)")]
    MissingProgram {
        /// The program.
        program: &'static str,
        /// The package that brings it.
        package: &'static str,
    },
    /// A program ended badly.
    #[error("{status}{}", after_colon(output))]
    Program {
        /// How it ended, as in "exit status: 1".
        status: std::process::ExitStatus,
        /// The end of what it wrote, standard output and error together.
        output: String,
    },
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

impl Cause {
    /// What a system call said.
    pub(super) fn errno(call: &'static str, errno: Errno) -> Self {
        Self::Errno { call, errno }
    }

    /// What a system call said that the standard library made.
    pub(super) fn io(call: &'static str, error: io::Error) -> Self {
        match Errno::try_from(error) {
            Ok(errno) => Self::Errno { call, errno },
            Err(error) => Self::Other(format!("{call}: {error}")),
        }
    }

    /// The error number, where there is one.
    pub fn number(&self) -> Option<Errno> {
        match self {
            Self::Errno { errno, .. } => Some(*errno),
            _ => None,
        }
    }
}

/// The name in errno.h, as in `EEXIST`: nix gives its variants the names of the C constants.
fn errno_name(errno: Errno) -> String {
    format!("{errno:?}")
}

fn after_colon(output: &str) -> String {
    match output.trim() {
        "" => String::new(),
        text => format!(": {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_where_which_call_and_why() {
        let error = KernelError {
            action: "add address 10.0.0.1/24 to eth0".to_owned(),
            node: "rs1".parse().unwrap(),
            cause: Cause::errno("RTM_NEWADDR", Errno::EEXIST),
        };
        assert_eq!(
            error.to_string(),
            "cannot add address 10.0.0.1/24 to eth0 in node `rs1`: RTM_NEWADDR: EEXIST (File exists)"
        );
    }
}
