use super::context::Context;
use super::exit::Exit;
use super::failure::Failure;
use super::interruption::Interruption;
use super::progress::TERMINAL;
use super::running::Running;
use crate::guest::{self, Boot, GuestError, Hello, Input, Job, Mebibytes, Uml};
use crate::lab::{Lab, Source};
use crate::state::{LabDir, socket};
use crate::topology;
use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Has this command line done in the guest of a lab.
pub fn forward(running: &Running, context: &Context) -> Result<Exit, Failure> {
    run(&running.dir.guest_socket(), context, &[])
}

/// Has this command line done in the guest behind a socket, with files that were read here.
pub fn run(socket: &Path, context: &Context, sources: &[Source]) -> Result<Exit, Failure> {
    let job = job(context, sources, guest::client::terminal());
    let code = guest::client::run(socket, job).map_err(failure)?;
    Ok(if code == 0 { Exit::Ok } else { Exit::Command(code) })
}

/// The job that does this command line. Built-in topologies are in the guest already.
pub fn job(context: &Context, sources: &[Source], terminal: Option<guest::TerminalSize>) -> Job {
    let cwd = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    let same =
        |source: &Source| topology::builtin(&source.name).is_some_and(|b| b.text == source.text);
    let unknown = sources.iter().filter(|source| !same(source));
    let files = unknown.map(|s| guest::File { name: s.name.clone(), text: s.text.clone() });
    let env = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let shown = std::io::stderr().is_terminal().then(|| (TERMINAL.to_owned(), "1".to_owned()));
    let on_terminal = shown.filter(|_| terminal.is_none());
    Job {
        args: context.words.clone(),
        cwd: cwd.to_string_lossy().into_owned(),
        env: env.chain(on_terminal).collect(),
        files: files.collect(),
        input: Input::Caller,
        terminal,
    }
}

/// Boots a guest for a lab, and leaves a process behind that owns it; an interruption before it is
/// up leaves nothing.
pub fn start(lab: &Lab, dir: &LabDir, interruption: &Interruption) -> Result<Hello, Failure> {
    let mut boot = boot(lab)?;
    boot.log = Some(dir.log());
    let coming = guest::start(&uml()?, &boot, &dir.guest_socket(), || {}).map_err(failure)?;
    let hello = coming.hello(Some(interruption.fd()));
    interruption.check()?;
    hello.map_err(failure)
}

/// How a lab's guest is booted.
pub fn boot(lab: &Lab) -> Result<Boot, Failure> {
    let init = std::env::current_exe();
    let init = init.map_err(|e| Failure::failed(format!("cannot find this program: {e}")))?;
    let (memory, hostname) = (Mebibytes::default(), lab.name.to_string());
    Ok(Boot { init, memory, hostname, log: None })
}

/// The guest kernel.
pub fn uml() -> Result<Uml, Failure> {
    Uml::find().map_err(|missing| failure(missing.into()))
}

/// The process that owns the guest behind a socket.
pub fn owner(socket: &Path) -> Option<i32> {
    let socket = socket::connect(socket).ok()?;
    Some(getsockopt(&socket, PeerCredentials).ok()?.pid())
}

/// What a guest's fault means for the user.
pub fn failure(error: GuestError) -> Failure {
    match &error {
        GuestError::Missing(missing) => {
            let help = format!("apt-get install {}; see `lvs-lab doctor`", missing.package());
            Failure::unable(error).help(help)
        }
        GuestError::Died(_) | GuestError::Gone => {
            Failure::failed(error).help("`lvs-lab down` clears up; `lvs-lab up` builds it again")
        }
        _ => Failure::failed(error),
    }
}
