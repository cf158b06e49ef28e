use super::detach::detach;
use super::guest::Guest;
use super::relay::{Relay, Term};
use crate::guest::machine::{Boot, Provider};
use crate::guest::watch::Watch;
use crate::guest::{GuestError, Hello};
use crate::state::socket;
use nix::poll::PollFlags;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork};
use std::fs::{Permissions, remove_file, set_permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

/// A guest that is being booted, seen by the command that wants it. Dropped before it is up, it is given up.
#[derive(Debug)]
pub struct Coming(UnixStream);

impl Coming {
    /// Waits for it to be up. If `enough` becomes readable before that, it is given up, and nothing
    /// is left of it afterwards.
    pub fn hello(mut self, enough: Option<BorrowedFd<'_>>) -> Result<Hello, GuestError> {
        let failed = GuestError::system("hear from the guest's supervisor");
        let given_up = !self.answers(enough).map_err(|errno| failed(errno.into()))?;
        if given_up {
            self.0.shutdown(Shutdown::Write).map_err(failed)?;
        }
        let answer = heard(&self.0);
        if given_up && answer.is_err() {
            // The supervisor's end of the channel is closed by its own end.
            let _ = self.0.read_to_end(&mut Vec::new());
            return Err(GuestError::Unwanted);
        }
        answer
    }

    /// Waits for the supervisor, and says no if there was enough before it has said anything.
    fn answers(&self, enough: Option<BorrowedFd<'_>>) -> nix::Result<bool> {
        loop {
            let mut watch = Watch::new();
            watch.add(true, self.0.as_fd(), PollFlags::POLLIN);
            enough.into_iter().for_each(|fd| watch.add(false, fd, PollFlags::POLLIN));
            if let Some(answers) = watch.wait()?.first() {
                return Ok(*answers);
            }
        }
    }
}

/// Boots a guest and leaves a process behind that owns it and serves callers on `socket`, until
/// somebody says stop, the guest dies, or SIGTERM comes. When nothing is left of a guest that was
/// up, that process calls `at_end` and removes the socket. Paths must be absolute.
///
/// Returns at once; what comes of it says [`Coming::hello`]. This process must have one thread
/// only.
pub fn start(
    provider: &dyn Provider,
    boot: &Boot,
    socket: &Path,
    at_end: impl FnOnce(),
) -> Result<Coming, GuestError> {
    let (ours, theirs) = UnixStream::pair().map_err(GuestError::system("make a channel"))?;
    // SAFETY: there is one thread, so that no lock can be held by another one.
    match unsafe { fork() }.map_err(GuestError::system("start the guest's supervisor"))? {
        ForkResult::Parent { child } => {
            drop(theirs);
            let _ = waitpid(child, None);
            Ok(Coming(ours))
        }
        ForkResult::Child => {
            if let Ok(asker) = detach(c"lvs-lab-guest", theirs.into()) {
                let mut asker = UnixStream::from(asker);
                let post = Post::open(boot, socket);
                let held = post.and_then(|post| post.hold(provider, &mut asker, at_end));
                // An error means that the guest was never up, so that somebody waits to hear it.
                let _ = held.map_err(|error| tell(&mut asker, &Err(error.to_string())));
            }
            std::process::exit(0)
        }
    }
}

/// Waits for the supervisor's answer.
fn heard(supervisor: &UnixStream) -> Result<Hello, GuestError> {
    let mut line = String::new();
    let read = BufReader::new(supervisor).read_line(&mut line);
    read.map_err(GuestError::system("hear from the guest's supervisor"))?;
    let answer = serde_json::from_str::<Result<Hello, String>>(&line);
    let answer = answer.unwrap_or_else(|_| Err("the guest's supervisor died".to_owned()));
    answer.map_err(GuestError::Start)
}

fn tell(asker: &mut UnixStream, answer: &Result<&Hello, String>) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    asker.write_all(&line)
}

/// Where a guest's supervisor can be reached. Its files are removed with it.
struct Post<'a> {
    boot: &'a Boot,
    socket: &'a Path,
    listener: UnixListener,
    signals: SignalFd,
}

impl<'a> Post<'a> {
    fn open(boot: &'a Boot, socket: &'a Path) -> Result<Self, GuestError> {
        let signals = signals().map_err(GuestError::system("watch for signals"))?;
        let listener = listen(socket).map_err(GuestError::system("listen for commands"))?;
        Ok(Self { boot, socket, listener, signals })
    }

    fn hold(
        self,
        provider: &dyn Provider,
        asker: &mut UnixStream,
        at_end: impl FnOnce(),
    ) -> Result<(), GuestError> {
        // The command says nothing, so that there is something to read only when it has left.
        let ends = [asker.as_fd(), self.signals.as_fd()];
        let guest = provider.boot(self.boot).and_then(|booted| Guest::greet(booted, &ends))?;
        // If nobody is there to hear of it, nobody wants it any more.
        let wanted = tell(asker, &Ok(&guest.hello)).ok();
        let term = Term::Until(self.signals.as_fd(), &self.listener);
        let farewell = wanted.map(|()| Relay::new(guest).run(&term));
        at_end();
        drop(self);
        // Only now do those who have stopped the guest see that it is all gone.
        drop(farewell);
        Ok(())
    }
}

impl Drop for Post<'_> {
    /// The socket goes last: as long as it is there, no other supervisor takes this place.
    fn drop(&mut self) {
        let _ = self.boot.log.as_ref().map(remove_file);
        let _ = remove_file(self.socket);
    }
}

fn signals() -> nix::Result<SignalFd> {
    let end: SigSet = [Signal::SIGTERM, Signal::SIGINT].into_iter().collect();
    end.thread_block()?;
    SignalFd::with_flags(&end, SfdFlags::SFD_CLOEXEC)
}

/// A socket for this user only. One that a killed supervisor has left is replaced.
fn listen(path: &Path) -> io::Result<UnixListener> {
    if socket::connect(path).is_ok() {
        return Err(io::Error::other("another guest is running here"));
    }
    match remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = socket::listen(path)?;
    set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}
