use super::signals::Signals;
use super::sink::{Outlet, Reply};
use super::terminal::terminal;
use crate::guest::channel::{Budget, Frame, Message, Peer, Stream, VERSION, Wire};
use crate::guest::watch::Watch;
use crate::guest::{GuestError, Input, Job};
use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::sys::signal::Signal;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

/// How much of the caller's input one frame carries at most; short, so that the jobs of a guest
/// can take turns.
const PIECE: usize = 1024;

/// One job, seen from the command that has asked for it.
#[derive(Debug)]
pub struct Call<'a> {
    wire: Wire,
    job: Option<Job>,
    outlets: [Outlet<'a>; 2],
    input: Option<BorrowedFd<'a>>,
    budget: Budget,
    signals: Option<Signals>,
    code: Option<u8>,
}

/// The caller's ends of a job's streams.
#[derive(Debug)]
pub struct Ends<'a> {
    /// Where its input comes from.
    pub input: BorrowedFd<'a>,
    /// Where its output and its errors go.
    pub outlets: [Outlet<'a>; 2],
    /// The signals that are passed on to it.
    pub signals: Option<Signals>,
}

#[derive(Clone, Copy)]
enum Ready {
    Wire,
    Input,
    Outlet(usize),
    Signals,
}

impl<'a> Call<'a> {
    /// A call to the supervisor behind a socket. It is asked for the job when it has said that it
    /// speaks the same version.
    pub fn new(socket: UnixStream, job: Job, ends: Ends<'a>) -> Result<Self, GuestError> {
        let socket = OwnedFd::from(socket);
        let copy = socket.try_clone().map_err(GuestError::system("use the guest's socket"))?;
        let wire = Wire::new(copy, socket).map_err(GuestError::system("use the guest's socket"))?;
        let Ends { input, outlets, signals } = ends;
        let input = (job.input == Input::Caller || job.terminal.is_some()).then_some(input);
        let budget = Budget::of(Stream::Input);
        Ok(Self { wire, job: Some(job), outlets, input, budget, signals, code: None })
    }

    /// Carries the streams until the job has ended, and answers with its exit code.
    pub fn run(mut self) -> Result<u8, GuestError> {
        loop {
            if let Some(code) = self.code.filter(|_| self.outlets.iter().all(Outlet::is_through)) {
                self.outlets.iter_mut().for_each(Outlet::finish);
                return self.ended(code);
            }
            // If the supervisor is gone, its last words are still to be read.
            let _ = self.wire.send(usize::MAX);
            let ready = self.watch().events().map_err(GuestError::system("wait for the guest"))?;
            for (ready, events) in ready {
                match ready {
                    Ready::Wire => self.hear()?,
                    Ready::Input => self.read_input(),
                    Ready::Outlet(index) => {
                        let reply = self.outlets[index].ready(events);
                        self.reply(index, reply);
                    }
                    Ready::Signals => self.pass_signals(),
                }
            }
        }
    }

    /// What a job's exit code means to the caller, whose standard output may not have taken all: then
    /// it has ended as a program that wrote there itself.
    fn ended(&self, code: u8) -> Result<u8, GuestError> {
        match self.outlets[0].fault() {
            None => Ok(code),
            Some(Errno::EPIPE) if code == 0 => Ok(128 + Signal::SIGPIPE as u8),
            Some(Errno::EPIPE) => Ok(code),
            Some(errno) => {
                let action = "write to standard output";
                Err(GuestError::System { action, cause: errno.into() })
            }
        }
    }

    fn watch(&self) -> Watch<'_, Ready> {
        let mut watch = Watch::new();
        if self.code.is_none() {
            watch.add(Ready::Wire, self.wire.input(), PollFlags::POLLIN);
        }
        if self.wire.unsent() > 0 {
            watch.add(Ready::Wire, self.wire.output(), PollFlags::POLLOUT);
        }
        if let Some(input) = self.input.filter(|_| self.job.is_none() && self.budget.left() > 0) {
            watch.add(Ready::Input, input, PollFlags::POLLIN);
        }
        // That nobody reads is said about a job, so not before it was asked for.
        for (index, outlet) in self.outlets.iter().enumerate().filter(|_| self.job.is_none()) {
            outlet.watch(&mut watch, Ready::Outlet(index));
        }
        if let Some(signals) = &self.signals {
            watch.add(Ready::Signals, signals.fd(), PollFlags::POLLIN);
        }
        watch
    }

    fn hear(&mut self) -> Result<(), GuestError> {
        let peer = self.wire.receive().map_err(GuestError::system("hear from the guest"))?;
        while let Some(frame) = self.wire.frame()? {
            self.heed(frame.message)?;
        }
        match (peer, self.code) {
            (Peer::Gone, None) => Err(GuestError::Died("its supervisor is gone too".to_owned())),
            _ => Ok(()),
        }
    }

    fn heed(&mut self, message: Message) -> Result<(), GuestError> {
        match message {
            Message::Hello(hello) if hello.version != VERSION => {
                return Err(GuestError::Version { theirs: hello.version, ours: VERSION });
            }
            Message::Hello(_) => self.job.take().into_iter().for_each(|job| {
                self.wire.push(&Frame::channel(Message::Open(job)));
            }),
            Message::Data(stream, bytes) => {
                let index = usize::from(stream == Stream::Error);
                let reply = self.outlets[index].take(&bytes);
                self.reply(index, reply);
            }
            Message::Grant(Stream::Input, bytes) => self.budget.add(bytes),
            Message::End(Stream::Input) => self.input = None,
            Message::Exit(code) => self.code = Some(code),
            Message::Died(why) => return Err(GuestError::Died(why)),
            // The others are not for a caller.
            _ => {}
        }
        Ok(())
    }

    fn reply(&mut self, index: usize, reply: Option<Reply>) {
        let stream = if index == 0 { Stream::Output } else { Stream::Error };
        match reply {
            Some(Reply::Grant(bytes)) => self.say(Message::Grant(stream, bytes)),
            Some(Reply::End) => self.say(Message::End(stream)),
            None => {}
        }
    }

    fn read_input(&mut self) {
        let Some(input) = self.input else { return };
        let mut bytes = vec![0; self.budget.left().min(PIECE)];
        match nix::unistd::read(input, &mut bytes) {
            Ok(count @ 1..) => {
                bytes.truncate(count);
                self.budget.spend(count);
                self.say(Message::Data(Stream::Input, bytes));
            }
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            Ok(_) | Err(_) => {
                self.input = None;
                self.say(Message::End(Stream::Input));
            }
        }
    }

    fn pass_signals(&mut self) {
        while let Some(signal) = self.signals.as_ref().and_then(Signals::next) {
            match (signal, terminal()) {
                (Signal::SIGWINCH, Some(size)) => self.say(Message::Resize(size)),
                (Signal::SIGWINCH, None) => {}
                // The number of a signal that can be caught is below 32.
                _ => self.say(Message::Signal(signal as u8)),
            }
        }
    }

    fn say(&mut self, message: Message) {
        self.wire.push(&Frame::channel(message));
    }
}
