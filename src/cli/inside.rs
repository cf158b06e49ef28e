use super::exit::Exit;
use super::failure::{Failure, reason};
use crate::kernel::Namespace;
use crate::programs;
use nix::errno::Errno;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// What a shell says of a command that is not there.
const NOT_FOUND: u8 = 127;
/// What a shell says of a command that cannot be run.
const NOT_RUNNABLE: u8 = 126;

/// Enters a namespace as `ip netns exec` does, and becomes the command.
pub fn become_command(namespace: &str, command: Command) -> Result<Exit, Failure> {
    let entered = Namespace::named(namespace).and_then(|namespace| namespace.enter());
    entered.map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => {
            Failure::unable(format!("cannot enter `{namespace}`: {}", reason(&error)))
                .help("try as root")
        }
        _ => Failure::failed(format!("cannot enter `{namespace}`: {}", reason(&error))),
    })?;
    Err(exec(command))
}

/// Becomes the command; returns only if that fails.
pub fn exec(mut command: Command) -> Failure {
    let error = command.exec();
    let program = command.get_program().to_string_lossy();
    // execvp(3) prefers to tell of a directory of PATH that the user may not search.
    let hidden = error.kind() == ErrorKind::PermissionDenied && !programs::has_file(&program);
    let error = if hidden { Errno::ENOENT.into() } else { error };
    let failure = Failure::failed(format!("cannot run `{program}`: {}", reason(&error)));
    let missing = error.kind() == ErrorKind::NotFound;
    let listed = programs::LIST.iter().find(|listed| missing && listed.name == program);
    let exit = Exit::Command(if missing { NOT_FOUND } else { NOT_RUNNABLE });
    let help = listed.map(|program| format!("apt-get install {}", program.package));
    Failure { exit, help, ..failure }
}
