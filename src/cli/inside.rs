use super::exit::Exit;
use super::failure::{Failure, reason};
use crate::kernel::Namespace;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// What a shell says of a command that is not there.
const NOT_FOUND: u8 = 127;
/// What a shell says of a command that cannot be run.
const NOT_RUNNABLE: u8 = 126;

/// Enters a namespace as `ip netns exec` does, and becomes the command.
pub fn become_command(namespace: &str, words: &[String]) -> Result<Exit, Failure> {
    let entered = Namespace::named(namespace).and_then(|namespace| namespace.enter());
    entered.map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => {
            Failure::unable(format!("cannot enter `{namespace}`: {}", reason(&error)))
                .help("try as root")
        }
        _ => Failure::failed(format!("cannot enter `{namespace}`: {}", reason(&error))),
    })?;
    Err(exec(words))
}

/// Becomes the command; returns only if that fails.
pub fn exec(words: &[String]) -> Failure {
    let Some((program, arguments)) = words.split_first() else {
        return Failure::usage("no command was given");
    };
    let error = Command::new(program).args(arguments).exec();
    let code = if error.kind() == ErrorKind::NotFound { NOT_FOUND } else { NOT_RUNNABLE };
    Failure {
        exit: Exit::Command(code),
        ..Failure::failed(format!("cannot run `{program}`: {}", reason(&error)))
    }
}
