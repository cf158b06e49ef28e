use super::guest::Guest;
use super::relay::{Farewell, Relay, Term};
use crate::guest::machine::{Boot, Provider, pipe};
use crate::guest::{GuestError, Hello};
use nix::errno::Errno;
use nix::libc;
use nix::sys::prctl::set_name;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, chdir, dup2_stderr, dup2_stdin, dup2_stdout, fork, setsid};
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

/// Boots a guest and leaves a process behind that owns it and serves callers on `socket`, until
/// somebody says stop, the guest dies, or SIGTERM comes. Its last acts are to remove the socket and
/// the console's file, and to call `at_end`. Paths must be absolute.
///
/// Returns when the guest is up. This process must have one thread only.
pub fn start(
    provider: &dyn Provider,
    boot: &Boot,
    socket: &Path,
    at_end: impl FnOnce(),
) -> Result<Hello, GuestError> {
    let (reader, writer) = pipe().map_err(GuestError::system("make a pipe"))?;
    // SAFETY: there is one thread, so that no lock can be held by another one.
    match unsafe { fork() }.map_err(GuestError::system("start the guest's supervisor"))? {
        ForkResult::Parent { child } => {
            drop(writer);
            // The child ends at once; the supervisor is its child, and nobody's then.
            let _ = waitpid(child, None);
            answer(reader)
        }
        ForkResult::Child => {
            if let Ok(ready) = detached(writer) {
                let farewell = serve(provider, boot, socket, ready);
                at_end();
                drop(farewell);
            }
            std::process::exit(0)
        }
    }
}

/// Waits for the supervisor's answer.
fn answer(reader: OwnedFd) -> Result<Hello, GuestError> {
    let mut text = String::new();
    let read = File::from(reader).read_to_string(&mut text);
    read.map_err(GuestError::system("hear from the guest's supervisor"))?;
    let answer = serde_json::from_str::<Result<Hello, String>>(&text);
    let answer = answer.unwrap_or_else(|_| Err("the guest's supervisor died".to_owned()));
    answer.map_err(GuestError::Start)
}

/// Leaves the caller's session, directory, streams and open files; keeps the way to answer it.
fn detached(answer: OwnedFd) -> nix::Result<File> {
    setsid()?;
    // SAFETY: there is one thread. The process in between must not run exit handlers, which are
    // its parent's too.
    if unsafe { fork()? }.is_parent() {
        unsafe { libc::_exit(0) }
    }
    set_name(c"lvs-lab-guest")?;
    chdir("/")?;
    let null = OpenOptions::new().read(true).write(true).open("/dev/null");
    let null = null.map_err(|_| Errno::ENODEV)?;
    dup2_stdin(&null)?;
    dup2_stdout(&null)?;
    dup2_stderr(&null)?;
    close_others(answer.as_raw_fd())?;
    std::mem::forget(null);
    Ok(answer.into())
}

/// Closes all but the standard streams and this one.
fn close_others(kept: RawFd) -> nix::Result<()> {
    let kept = kept.cast_unsigned();
    for (first, last) in [(3, kept.saturating_sub(1)), (kept + 1, u32::MAX)] {
        if first <= last {
            // SAFETY: the code that owns these descriptors never runs again in this process.
            Errno::result(unsafe { libc::syscall(libc::SYS_close_range, first, last, 0u32) })?;
        }
    }
    Ok(())
}

fn serve(provider: &dyn Provider, boot: &Boot, socket: &Path, ready: File) -> Option<Farewell> {
    let prepared = prepare(provider, boot, socket);
    let answer = prepared.as_ref().map(|p| &p.guest.hello).map_err(GuestError::to_string);
    let told = tell(ready, &answer);
    let farewell = prepared.ok().and_then(|prepared| {
        let Prepared { guest, listener, signals } = prepared;
        // If nobody is there to hear of it, nobody wants it any more.
        let farewell = match told {
            Ok(()) => Some(Relay::new(guest).run(&Term::Until(signals.as_fd(), &listener))),
            Err(_) => None,
        };
        let _ = std::fs::remove_file(socket);
        farewell
    });
    let _ = boot.log.as_ref().map(std::fs::remove_file);
    farewell
}

fn tell(mut ready: File, answer: &Result<&Hello, String>) -> io::Result<()> {
    ready.write_all(&serde_json::to_vec(answer)?)
}

/// Everything that a supervisor needs.
struct Prepared {
    guest: Guest,
    listener: UnixListener,
    signals: SignalFd,
}

fn prepare(provider: &dyn Provider, boot: &Boot, socket: &Path) -> Result<Prepared, GuestError> {
    let signals = signals().map_err(GuestError::system("watch for signals"))?;
    let listener = listen(socket).map_err(GuestError::system("listen for commands"))?;
    let guest = provider.boot(boot).and_then(Guest::greet).inspect_err(|_| {
        let _ = std::fs::remove_file(socket);
    })?;
    Ok(Prepared { guest, listener, signals })
}

fn signals() -> nix::Result<SignalFd> {
    let end: SigSet = [Signal::SIGTERM, Signal::SIGINT].into_iter().collect();
    end.thread_block()?;
    SignalFd::with_flags(&end, SfdFlags::SFD_CLOEXEC)
}

/// A socket for this user only. One that a killed supervisor has left is replaced.
fn listen(socket: &Path) -> io::Result<UnixListener> {
    if UnixStream::connect(socket).is_ok() {
        return Err(io::Error::other("another guest is running here"));
    }
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(socket)?;
    std::fs::set_permissions(socket, Permissions::from_mode(0o600))?;
    Ok(listener)
}
