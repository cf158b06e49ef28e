use super::link::Link;
use super::process::Process;
use crate::guest::channel::{Hello, Message, Peer, VERSION, Wire};
use crate::guest::machine::{Console, Machine};
use crate::guest::watch::Watch;
use crate::guest::{GuestError, LogTail};
use nix::poll::PollFlags;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// How long a guest may take to come up.
const BOOT: Duration = Duration::from_secs(180);
/// How long a guest that has closed its channel may take to end by itself.
const SHUTDOWN: Duration = Duration::from_secs(1);

/// A guest that is up.
#[derive(Debug)]
pub struct Guest {
    /// The channel.
    pub link: Link,
    /// Its process.
    pub process: Process,
    /// Its console.
    pub console: Console,
    /// What it said first.
    pub hello: Hello,
}

impl Guest {
    /// Waits for a booted machine to come up. If it does not, or one of `ends` becomes readable
    /// before it does, it is gone afterwards.
    pub fn greet(machine: Machine, ends: &[BorrowedFd<'_>]) -> Result<Self, GuestError> {
        let Machine { process, from, to, window, console } = machine;
        let process = Process::new(process).map_err(GuestError::system("watch the guest"))?;
        let wire = Wire::new(from, to).map_err(GuestError::system("use the guest's channel"))?;
        let mut link = Link::new(wire, window);
        if let Some(hello) = hello(&mut link, &process, ends)? {
            return Ok(Self { link, process, console, hello });
        }
        let ended = process.ends_within(SHUTDOWN);
        let silent = || format!("it said nothing for {} s", BOOT.as_secs());
        let reason = if ended { process.end() } else { silent() };
        let log = console.tail();
        Err(GuestError::Boot { reason: known(&log).map_or(reason, str::to_owned), log })
    }

    /// Waits for a guest that is about to end by itself, so that it can be said how it ended.
    pub fn wait(&self) {
        self.process.ends_within(SHUTDOWN);
    }

    /// Ends the guest, and says how it ended and what it said last. It is killed: nothing in it
    /// outlives it that a shutdown could save.
    pub fn end(self) -> (String, LogTail) {
        let (ended, log) = (self.process.end(), self.console.tail());
        (known(&log).map_or(ended, str::to_owned), log)
    }
}

#[derive(Clone, Copy)]
enum Ready {
    Channel,
    Process,
    End,
}

/// Nothing when the guest has ended, or the time is over.
fn hello(
    link: &mut Link,
    process: &Process,
    ends: &[BorrowedFd<'_>],
) -> Result<Option<Hello>, GuestError> {
    let end = Instant::now() + BOOT;
    while Instant::now() < end {
        let mut watch = Watch::new();
        link.watch(&mut watch, Ready::Channel);
        watch.add(Ready::Process, process.ended(), PollFlags::POLLIN);
        ends.iter().for_each(|end| watch.add(Ready::End, *end, PollFlags::POLLIN));
        watch.until(Some(end));
        for ready in watch.wait().map_err(GuestError::system("wait for the guest"))? {
            let peer = match ready {
                Ready::Channel => link.receive().map_err(GuestError::system("read the channel"))?,
                Ready::Process => Peer::Gone,
                Ready::End => return Err(GuestError::Unwanted),
            };
            if let Some(frame) = link.frame()? {
                return checked(frame.message).map(Some);
            }
            if peer == Peer::Gone {
                return Ok(None);
            }
        }
    }
    Ok(None)
}

fn checked(message: Message) -> Result<Hello, GuestError> {
    match message {
        Message::Hello(hello) if hello.version == VERSION => Ok(hello),
        Message::Hello(hello) => Err(GuestError::Version { theirs: hello.version, ours: VERSION }),
        _ => Err(GuestError::Version { theirs: 0, ours: VERSION }),
    }
}

/// What is known of a console's last lines, as a cause that a person can mend.
fn known(log: &LogTail) -> Option<&'static str> {
    let said = |words: &str| log.0.iter().any(|line| line.contains(words));
    if said("ran out of space") {
        return Some("/dev/shm, /tmp and /var/tmp have too little room for its memory");
    }
    if said("must be not mounted noexec") {
        return Some("/dev/shm, /tmp and /var/tmp are mounted noexec");
    }
    let blocked = |line: &String| line.contains("ptrace") && line.contains("not permitted");
    log.0.iter().any(blocked).then_some("ptrace is blocked here")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(line: &str) -> Option<&'static str> {
        // The first two lines are in every log.
        let always = [
            "Checking that ptrace can change system call numbers...OK",
            "epollctl add err fd 7, Operation not permitted",
        ];
        known(&LogTail(always.into_iter().chain([line]).map(str::to_owned).collect()))
    }

    #[test]
    fn a_known_cause_is_named() {
        assert_eq!(cause(""), None);
        let full = "host /dev/shm or /tmp mount likely just ran out of space";
        let words = "/dev/shm, /tmp and /var/tmp have too little room for its memory";
        assert_eq!(cause(full), Some(words));
        let blocked = "ptrace: Operation not permitted";
        assert_eq!(cause(blocked), Some("ptrace is blocked here"));
    }
}
