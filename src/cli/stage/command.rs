use crate::kernel::Namespace;
use crate::scenario::CommandOutput;
use nix::sys::memfd::{MFdFlags, memfd_create};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// How long a command of a scenario may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a command in the namespace of a name and waits for its end.
pub(super) async fn run(name: &str, shell: &str) -> Result<CommandOutput, String> {
    let failed = |error: std::io::Error| format!("cannot run a command in `{name}`: {error}");
    let namespace = Namespace::named(name).map_err(failed)?;
    let (mut stdout, mut stderr) = (sink().map_err(failed)?, sink().map_err(failed)?);
    let mut command = Command::new("sh");
    command.args(["-c", shell]).stdin(Stdio::null()).kill_on_drop(true);
    command.stdout(stdout.try_clone().map_err(failed)?);
    command.stderr(stderr.try_clone().map_err(failed)?);
    // SAFETY: entering a namespace is system calls only.
    unsafe { command.pre_exec(move || namespace.enter()) };
    let mut shell = command.spawn().map_err(failed)?;
    let ended = tokio::time::timeout(PATIENCE, shell.wait()).await;
    let status = ended
        .map_err(|_| format!("the command in `{name}` did not end within {PATIENCE:?}"))?
        .map_err(failed)?;
    let signalled = status.signal().map(|signal| 128 + signal);
    Ok(CommandOutput {
        exit: status.code().or(signalled).unwrap_or(-1),
        stdout: text(&mut stdout).map_err(failed)?,
        stderr: text(&mut stderr).map_err(failed)?,
    })
}

/// A file in memory for a command's output. A pipe would have to be read until the last program
/// has closed it that the command left in the background.
fn sink() -> io::Result<File> {
    Ok(File::from(memfd_create(c"output", MFdFlags::MFD_CLOEXEC)?))
}

fn text(sink: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    sink.rewind()?;
    sink.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
