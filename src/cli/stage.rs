use super::sockets::NodeSockets;
use crate::kernel::Namespace;
use crate::lab::Source;
use crate::lab::{Lab, Place, Request, RunCommand};
use crate::scenario::{CommandOutput, Stage};
use crate::topology;
use crate::traffic::{self, Sample};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use tokio::process::Command;

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
        let mut shell = Command::new("sh");
        shell.args(["-c", &command.shell]).stdin(Stdio::null()).kill_on_drop(true);
        // SAFETY: entering a namespace is system calls only.
        unsafe { shell.pre_exec(move || namespace.enter()) };
        let output = shell.output().await.map_err(failed)?;
        let signalled = output.status.signal().map(|signal| 128 + signal);
        Ok(CommandOutput {
            exit: output.status.code().or(signalled).unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    fn position(&self, at: &Place) -> String {
        match topology::locate(&self.source.text, at) {
            Some(place) => format!("{}:{}:{}", self.source.name, place.line, place.column),
            None => self.source.name.clone(),
        }
    }
}
