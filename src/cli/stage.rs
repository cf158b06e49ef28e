use super::sockets::NodeSockets;
use crate::kernel::Namespace;
use crate::lab::{Lab, Place, Request, RunCommand, Source};
use crate::scenario::{CommandOutput, Stage};
use crate::topology;
use crate::traffic::{self, Sample};
use nix::sys::memfd::{MFdFlags, memfd_create};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// How long a command of a scenario may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A lab that is up under its names, for scenarios to play in.
pub struct LabStage<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// What it was built from.
    pub source: &'a Source,
}

impl Stage for LabStage<'_> {
    async fn request(
        &mut self,
        request: &Request,
        target: SocketAddr,
    ) -> Result<Vec<Sample>, String> {
        let opened = NodeSockets::open(self.lab, &request.from);
        let mut sockets = opened.map_err(|failure| failure.message)?;
        traffic::send(request, target, &mut sockets).await.map_err(|error| error.to_string())
    }

    async fn run(&mut self, command: &RunCommand) -> Result<CommandOutput, String> {
        let name = self.lab.namespace(&command.node);
        let failed = |error: std::io::Error| format!("cannot run a command in `{name}`: {error}");
        let namespace = Namespace::named(&name).map_err(failed)?;
        let (mut stdout, mut stderr) = (sink().map_err(failed)?, sink().map_err(failed)?);
        let mut shell = Command::new("sh");
        shell.args(["-c", &command.shell]).stdin(Stdio::null()).kill_on_drop(true);
        shell.stdout(stdout.try_clone().map_err(failed)?);
        shell.stderr(stderr.try_clone().map_err(failed)?);
        // SAFETY: entering a namespace is system calls only.
        unsafe { shell.pre_exec(move || namespace.enter()) };
        let mut shell = shell.spawn().map_err(failed)?;
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

    fn position(&self, at: &Place) -> String {
        match topology::locate(&self.source.text, at) {
            Some(place) => format!("{}:{}:{}", self.source.name, place.line, place.column),
            None => self.source.name.clone(),
        }
    }
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
