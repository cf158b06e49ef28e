use super::Cause;
use super::namespace::Namespace;
use super::processes;
use std::io;
use std::process::{ExitStatus, Stdio};
use tokio::io::{copy, sink};
use tokio::net::unix::pipe::{Receiver, pipe};
use tokio::process::{Child, Command};

/// In the environment of everything that a file's commands start: what is left running is known
/// by it.
const MARK: &str = "LVS_LAB_COMMAND";

/// How much of what a command says an error repeats, in bytes.
const REMEMBERED: usize = 4096;

/// Runs a shell command in a namespace, with a /sys of its own, and waits for it. What it leaves
/// in the background is not waited for.
pub(super) async fn run(namespace: &Namespace, shell: &str) -> Result<(), Cause> {
    let (status, output) = attempt(namespace, shell).await.map_err(|e| Cause::io("sh", e))?;
    if status.success() {
        return Ok(());
    }
    Err(Cause::Program { status, output: String::from_utf8_lossy(&output).into_owned() })
}

/// Kills what commands left running in a namespace, and nothing else that lives there, such as a
/// user's shell.
pub(super) fn end_leftovers(namespace: &Namespace) -> Result<(), Cause> {
    processes::kill_all(|| {
        let marked = processes::with_variable(MARK)?.into_iter().map(|(process, _)| process);
        Ok(marked.filter(|process| process.is_in(namespace)).collect())
    })
}

async fn attempt(namespace: &Namespace, shell: &str) -> io::Result<(ExitStatus, Vec<u8>)> {
    let (sender, receiver) = pipe()?;
    let output = sender.into_blocking_fd()?;
    let child = spawn(namespace, shell, [output.try_clone()?.into(), output.into()])?;
    follow(child, receiver).await
}

fn spawn(namespace: &Namespace, shell: &str, [out, error]: [Stdio; 2]) -> io::Result<Child> {
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(shell).stdin(Stdio::null()).stdout(out).stderr(error);
    command.env(MARK, "1");
    let namespace = namespace.clone();
    // SAFETY: between fork and exec it makes system calls only, and allocates nothing.
    unsafe { command.pre_exec(move || namespace.enter()) };
    command.kill_on_drop(true).spawn()
}

/// Waits for the end of the shell, not for that of its output: a program in the background keeps
/// the pipe open, and is listened to from then on so that it never waits or fails for it.
async fn follow(mut child: Child, output: Receiver) -> io::Result<(ExitStatus, Vec<u8>)> {
    let mut said = Vec::new();
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            readable = output.readable() => {
                readable?;
                if drain(&output, &mut said)? == Pipe::Closed {
                    break child.wait().await?;
                }
            }
        }
    };
    if drain(&output, &mut said)? == Pipe::Open {
        discard(output);
    }
    Ok((status, said))
}

/// Whether anybody may still write.
#[derive(PartialEq)]
enum Pipe {
    Open,
    Closed,
}

/// Takes what is there, and keeps the end of it.
fn drain(output: &Receiver, said: &mut Vec<u8>) -> io::Result<Pipe> {
    let mut chunk = [0; REMEMBERED];
    loop {
        match output.try_read(&mut chunk) {
            Ok(0) => return Ok(Pipe::Closed),
            Ok(length) => said.extend(chunk.iter().take(length)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Pipe::Open),
            Err(error) => return Err(error),
        }
        said.drain(..said.len().saturating_sub(REMEMBERED));
    }
}

fn discard(mut output: Receiver) {
    tokio::spawn(async move { copy(&mut output, &mut sink()).await });
}
