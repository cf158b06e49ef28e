use super::Cause;
use super::namespace::Namespace;
use crate::programs::Program;
use std::ffi::OsStr;
use std::io;
use std::process::{Output, Stdio};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

impl Program {
    /// Runs the program inside a namespace and waits for it. Its messages are English, as some of
    /// them are read. How it ended is for the caller to judge.
    pub(super) async fn run(
        self,
        namespace: &Namespace,
        arguments: &[impl AsRef<OsStr>],
        input: &str,
    ) -> Result<Output, Cause> {
        let mut command = Command::new(self.path());
        command.args(arguments).env("LC_ALL", "C").kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let namespace = namespace.clone();
        // SAFETY: between fork and exec it makes one system call, and allocates nothing.
        unsafe { command.pre_exec(move || namespace.join()) };
        let mut child = command.spawn().map_err(|error| self.not_started(error))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that ends without reading says why by itself.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        child.wait_with_output().await.map_err(|e| Cause::io("waitid", e))
    }

    /// Why it could not be started.
    pub(super) fn not_started(self, error: io::Error) -> Cause {
        match error.kind() {
            io::ErrorKind::NotFound => {
                Cause::MissingProgram { program: self.name, package: self.package }
            }
            _ => Cause::io("execve", error),
        }
    }
}

/// What a program that ended badly said.
pub(super) fn failure(output: &Output) -> Cause {
    let text = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Cause::Program { status: output.status, output: text }
}
