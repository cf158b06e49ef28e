use super::launch::{Launched, Output, Place, launch};
use super::running::processes_of;
use crate::kernel::{Cause, Namespace, ports, processes};
use crate::lab::{NodeName, Port, Program};
use crate::plan::Process;
use crate::programs;
use nix::errno::Errno;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// It gives the process a process namespace of its own: when it is killed, the kernel kills
/// everything that the process has started, whatever became of its environment and its parents.
const KEEPER: programs::Program = programs::Program::listed("unshare");

/// How long the port of a process that was killed may stay taken.
const CLOSING: Duration = Duration::from_secs(5);

/// How often a process without a port is seen running until it counts as one that works: for half a
/// second, as long as a shell needs to find that a program is not there, and half of what
/// supervisord gives (`startsecs`). Time alone would not do: it passes while the machine sleeps.
const SETTLED: usize = 50;

/// How often it is looked whether it is free.
const PAUSE: Duration = Duration::from_millis(5);

/// Where a node's processes keep their logs, below the lab's directory.
pub fn directory(lab: &Path, node: &NodeName) -> PathBuf {
    lab.join("processes").join(node.as_str())
}

/// Starts a process with its files, and waits until it works. One that does not is killed again.
pub async fn start(
    namespace: &Namespace,
    (lab, node): (&Path, &NodeName),
    process: &Process,
) -> Result<(), Cause> {
    let (program, directory) = (&process.program, directory(lab, node));
    fs::create_dir_all(&directory).map_err(|e| Cause::io("mkdir", e))?;
    installed(program)?;
    free(namespace, &directory, program)?;
    let files = lab.join("files").join(node.as_str());
    write(&files, process).map_err(|e| Cause::io("write", e))?;
    let place = Place { namespace, directory: &directory, daemon: program.name.as_str() };
    let script = script(node, &files, &program.run);
    let words = ["--pid", "--fork", "--kill-child", "--", "/bin/sh", "-c", &script];
    let launched = launch(place, KEEPER, &words.map(OsStr::new), Output::Log)?;
    let worked = works(launched, namespace, program).await;
    if worked.is_err() {
        stop(&directory, program, Some(namespace)).await?;
    }
    worked
}

/// Kills a process with all that it has started, and waits until its port is free.
pub async fn stop(
    directory: &Path,
    program: &Program,
    namespace: Option<&Namespace>,
) -> Result<(), Cause> {
    processes::kill_all(|| processes_of(directory, program.name.as_str()))?;
    let (Some(port), Some(namespace)) = (program.ready, namespace) else { return Ok(()) };
    let begun = Instant::now();
    while begun.elapsed() < CLOSING && ports::listening(namespace)?.contains(&Port::tcp(port)) {
        sleep(PAUSE).await;
    }
    Ok(())
}

/// Waits until its port listens; without one it works if it does not end soon.
async fn works(
    mut launched: Launched,
    namespace: &Namespace,
    program: &Program,
) -> Result<(), Cause> {
    let Some(port) = program.ready else {
        let mut looks = 0..SETTLED;
        return launched.until(async |_| looks.next().is_none()).await;
    };
    let listens = launched.until(async |_| {
        ports::listening(namespace).is_ok_and(|all| all.contains(&Port::tcp(port)))
    });
    match timeout(program.within, listens).await {
        Ok(ended) => ended,
        Err(_) => {
            let (within, said) = (program.within, launched.last_words());
            Err(Cause::Other(format!("port {port} does not listen after {within:?}\n{said}")))
        }
    }
}

/// Whether every program that it needs is there.
fn installed(program: &Program) -> Result<(), Cause> {
    match program.needs.iter().find(|(name, _)| programs::find(name).is_none()) {
        None => Ok(()),
        Some((name, package)) => Err(Cause::Other(format!(
            "`{name}` is not installed here; in Debian the package `{package}` has it"
        ))),
    }
}

/// It runs once, and its port is its own.
fn free(namespace: &Namespace, directory: &Path, program: &Program) -> Result<(), Cause> {
    if !processes_of(directory, program.name.as_str())?.is_empty() {
        return Err(Cause::errno("start", Errno::EEXIST));
    }
    match program.ready {
        Some(port) if ports::listening(namespace)?.contains(&Port::tcp(port)) => {
            Err(Cause::errno("listen", Errno::EADDRINUSE))
        }
        _ => Ok(()),
    }
}

fn write(directory: &Path, process: &Process) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    for (name, text) in &process.files {
        let path = directory.join(name);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// What the shell is given.
fn script(node: &NodeName, files: &Path, run: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let path = quoted(&programs::complete(&std::env::var("PATH").unwrap_or_default()));
    let files = quoted(&files.to_string_lossy());
    format!("PATH={path} NODE={node} FILES={files}\nexport PATH NODE FILES\n{run}")
}
