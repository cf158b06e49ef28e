use crate::guest::channel::{Frame, JobId, Message, Peer, Wire};
use crate::guest::watch::Watch;
use nix::poll::PollFlags;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

/// How far a caller has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It has not said what it wants.
    Silent,
    /// Its job runs.
    Served,
    /// Its job has ended; it has still to hear that.
    Answered,
    /// There is nobody any more.
    Gone,
}

/// A command on the host, at the other end of a socket.
#[derive(Debug)]
pub struct Caller {
    job: JobId,
    wire: Wire,
    state: State,
}

/// What a caller's frame means.
#[derive(Debug)]
pub enum Wish {
    /// This is for the guest.
    Forward(Frame),
    /// The guest shall end.
    Stop,
}

impl Caller {
    /// A caller whose job will have this number.
    pub fn new(job: JobId, socket: UnixStream) -> io::Result<Self> {
        let socket = OwnedFd::from(socket);
        let wire = Wire::new(socket.try_clone()?, socket)?;
        Ok(Self { job, wire, state: State::Silent })
    }

    /// Waits for what it says, unless too much of that is waiting already, and for it to listen.
    pub fn watch<'fd, T: Copy>(&'fd self, watch: &mut Watch<'fd, T>, ready: T, full: bool) {
        if !full {
            watch.add(ready, self.wire.input(), PollFlags::POLLIN);
        }
        if self.wire.unsent() > 0 {
            watch.add(ready, self.wire.output(), PollFlags::POLLOUT);
        }
    }

    /// Tells it something of the guest's.
    pub fn tell(&mut self, message: Message) {
        if let Message::Exit(_) = message {
            self.state = State::Answered;
        }
        self.wire.push(&Frame::channel(message));
        self.send();
    }

    /// Sends what it takes now.
    pub fn send(&mut self) {
        if self.wire.send(usize::MAX).is_err() {
            // It is heard leaving at the next look at its end.
            self.wire.forget();
        }
    }

    /// Hears what it says, and what that means.
    pub fn hear(&mut self) -> Vec<Wish> {
        let peer = self.wire.receive().unwrap_or(Peer::Gone);
        let mut wishes = Vec::new();
        loop {
            match self.wire.frame() {
                Ok(Some(frame)) => wishes.extend(self.wish(frame.message)),
                Ok(None) => break,
                Err(_) => return self.leave().into_iter().collect(),
            }
        }
        wishes.extend(if peer == Peer::Gone { self.leave() } else { None });
        wishes
    }

    fn wish(&mut self, message: Message) -> Option<Wish> {
        if let Message::Stop = message {
            return Some(Wish::Stop);
        }
        if let (State::Silent, Message::Open(_)) = (self.state, &message) {
            self.state = State::Served;
        }
        // Late words about a job that has ended mean nothing any more.
        (self.state == State::Served).then(|| self.forward(message))
    }

    fn leave(&mut self) -> Option<Wish> {
        let left = std::mem::replace(&mut self.state, State::Gone);
        (left == State::Served).then(|| self.forward(Message::HangUp))
    }

    fn forward(&self, message: Message) -> Wish {
        Wish::Forward(Frame { job: self.job, message })
    }

    /// Whether there is nothing more to do for it.
    pub fn is_over(&self) -> bool {
        match self.state {
            State::Gone => true,
            State::Answered => self.is_through(),
            State::Silent | State::Served => false,
        }
    }

    /// Whether everything was sent to it.
    pub fn is_through(&self) -> bool {
        self.wire.unsent() == 0
    }
}
