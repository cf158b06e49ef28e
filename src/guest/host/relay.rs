use super::caller::{Caller, Wish};
use super::guest::Guest;
use super::link::PATIENCE;
use crate::guest::channel::{BadFrame, JobId, Message, Peer};
use crate::guest::watch::Watch;
use nix::poll::PollFlags;
use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

/// How many frames of a caller may wait for the guest before no more are read from it.
const QUEUE: usize = 8;
/// How long callers may take to hear that the guest is gone.
const FAREWELL: Duration = Duration::from_secs(1);

/// Carries frames between a guest and its callers. A caller that is slow, or gone, hinders nobody.
#[derive(Debug)]
pub struct Relay {
    guest: Guest,
    callers: BTreeMap<JobId, Caller>,
    last: JobId,
}

/// How long a relay goes on.
#[derive(Debug)]
pub enum Term<'a> {
    /// Until this becomes readable; new callers come through the listener.
    Until(BorrowedFd<'a>, &'a UnixListener),
    /// Until the last caller has left.
    Callers,
}

/// The callers' connections. That they are closed, by dropping this, tells whoever has stopped the
/// guest that nothing is left of it.
#[derive(Debug)]
pub struct Farewell {
    _callers: BTreeMap<JobId, Caller>,
}

/// Why a relay came to its end.
#[derive(Debug)]
enum Cause {
    /// Somebody wanted it.
    Stopped,
    /// The guest's process ended, or closed the channel.
    Ended,
    /// The guest does not read any more.
    Hung,
    /// The guest sent nonsense, or this machine's kernel failed.
    Fault(String),
}

impl From<nix::Error> for Cause {
    fn from(errno: nix::Error) -> Self {
        Self::Fault(format!("its channel failed: {}", errno.desc()))
    }
}

impl From<BadFrame> for Cause {
    fn from(error: BadFrame) -> Self {
        Self::Fault(error.to_string())
    }
}

#[derive(Clone, Copy)]
enum Ready {
    Guest,
    Process,
    Stop,
    Door,
    Caller(JobId),
}

impl Relay {
    /// A relay for this guest.
    pub fn new(guest: Guest) -> Self {
        Self { guest, callers: BTreeMap::new(), last: JobId::CHANNEL }
    }

    /// Lets a caller in.
    pub fn admit(&mut self, socket: UnixStream) -> std::io::Result<()> {
        self.last.0 += 1;
        let mut caller = Caller::new(self.last, socket)?;
        caller.tell(Message::Hello(self.guest.hello.clone()));
        self.callers.insert(self.last, caller);
        Ok(())
    }

    /// Carries frames until the term is over or the guest is gone. Afterwards it is gone in any
    /// case, and the callers know why.
    pub fn run(mut self, term: &Term<'_>) -> Farewell {
        let cause = loop {
            match self.turn(term) {
                Ok(()) => {}
                Err(cause) => break cause,
            }
        };
        self.farewell(&cause)
    }

    fn turn(&mut self, term: &Term<'_>) -> Result<(), Cause> {
        self.guest.link.send()?;
        self.callers.retain(|_, caller| !caller.is_over());
        if let (Term::Callers, true) = (term, self.callers.is_empty()) {
            return Err(Cause::Stopped);
        }
        for ready in self.watch(term).wait()? {
            match ready {
                Ready::Guest => self.hear_guest()?,
                Ready::Process => return Err(Cause::Ended),
                Ready::Stop => return Err(Cause::Stopped),
                Ready::Door => self.open_door(term),
                Ready::Caller(id) => self.hear_caller(id)?,
            }
        }
        if self.guest.link.is_hung() { Err(Cause::Hung) } else { Ok(()) }
    }

    fn watch<'a>(&'a self, term: &'a Term<'_>) -> Watch<'a, Ready> {
        let mut watch = Watch::new();
        self.guest.link.watch(&mut watch, Ready::Guest);
        watch.add(Ready::Process, self.guest.process.ended(), PollFlags::POLLIN);
        if let Term::Until(stop, listener) = term {
            watch.add(Ready::Stop, *stop, PollFlags::POLLIN);
            watch.add(Ready::Door, listener.as_fd(), PollFlags::POLLIN);
        }
        for (id, caller) in &self.callers {
            let full = self.guest.link.waiting(*id) >= QUEUE;
            caller.watch(&mut watch, Ready::Caller(*id), full);
        }
        watch
    }

    fn hear_guest(&mut self) -> Result<(), Cause> {
        let peer = self.guest.link.receive()?;
        while let Some(frame) = self.guest.link.frame()? {
            if let Some(caller) = self.callers.get_mut(&frame.job) {
                caller.tell(frame.message);
            }
        }
        if peer == Peer::Gone { Err(Cause::Ended) } else { Ok(()) }
    }

    /// A caller that cannot be let in sees its connection closed.
    fn open_door(&mut self, term: &Term<'_>) {
        if let Term::Until(_, listener) = term {
            let _ = listener.accept().and_then(|(socket, _)| self.admit(socket));
        }
    }

    fn hear_caller(&mut self, id: JobId) -> Result<(), Cause> {
        let Some(caller) = self.callers.get_mut(&id) else { return Ok(()) };
        caller.send();
        for wish in caller.hear() {
            match wish {
                Wish::Forward(frame) => self.guest.link.push(frame),
                Wish::Stop => return Err(Cause::Stopped),
            }
        }
        Ok(())
    }

    fn farewell(self, cause: &Cause) -> Farewell {
        let Self { guest, mut callers, .. } = self;
        if let Cause::Ended = cause {
            guest.wait();
        }
        let (ended, log) = guest.end();
        let why = match cause {
            Cause::Stopped => "it was stopped".to_owned(),
            Cause::Ended => format!("{ended}{log}"),
            Cause::Hung => {
                let patience = PATIENCE.as_secs();
                format!("it did not read its channel for {patience} s and was killed{log}")
            }
            Cause::Fault(fault) => fault.clone(),
        };
        callers.values_mut().for_each(|caller| caller.tell(Message::Died(why.clone())));
        let end = Instant::now() + FAREWELL;
        while Instant::now() < end && callers.values().any(|caller| !caller.is_through()) {
            let mut watch = Watch::new();
            callers.iter().for_each(|(id, caller)| caller.watch(&mut watch, *id, true));
            watch.until(Some(end));
            let ready = watch.wait().unwrap_or_default();
            let heard = callers.iter_mut().filter(|(id, _)| ready.contains(id));
            heard.for_each(|(_, caller)| caller.send());
        }
        Farewell { _callers: callers }
    }
}
