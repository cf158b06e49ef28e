use super::feed::Feed;
use super::spawn::{Started, winsize};
use super::tap::Tap;
use crate::guest::TerminalSize;
use crate::guest::channel::{Frame, JobId, Message, Stream, Wire};
use nix::libc;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// How long a job whose caller is gone may take to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a job comes to its end.
#[derive(Debug)]
enum Life {
    /// It runs.
    Runs,
    /// Its process has ended with this code; output may still be under way.
    Ended(u8),
    /// Its caller is gone, and its processes are killed at this time.
    Abandoned(Instant),
}

/// A job that has not been answered for yet.
#[derive(Debug)]
pub struct Running {
    id: JobId,
    group: Pid,
    terminal: Option<OwnedFd>,
    life: Life,
    /// Its input.
    pub feed: Feed,
    /// Its outputs.
    pub taps: Vec<Tap>,
}

impl Running {
    /// A job that was just started.
    pub fn new(id: JobId, started: Started) -> Self {
        let Started { pid: group, input, outputs, terminal } = started;
        let tap = |(stream, fd)| Tap::new(id, stream, fd);
        let taps = outputs.into_iter().map(tap).collect();
        Self { id, group, terminal, life: Life::Runs, feed: Feed::new(id, input), taps }
    }

    /// Whether this is its process.
    pub fn is(&self, pid: Pid) -> bool {
        self.group == pid
    }

    /// The tap of a stream.
    pub fn tap(&mut self, stream: Stream) -> Option<&mut Tap> {
        self.taps.iter_mut().find(|tap| tap.stream() == stream)
    }

    /// What its caller says.
    pub fn hear(&mut self, message: Message, wire: &mut Wire) {
        match message {
            Message::Data(Stream::Input, bytes) => self.feed.take(&bytes, wire),
            Message::End(Stream::Input) => self.feed.end(),
            Message::End(stream) => self.tap(stream).into_iter().for_each(Tap::close),
            Message::Grant(stream, bytes) => {
                self.tap(stream).into_iter().for_each(|tap| tap.grant(bytes));
            }
            Message::Signal(number) => self.signal_number(number),
            Message::Resize(size) => self.resize(size),
            Message::HangUp => self.abandon(),
            // The others are not for a job.
            _ => {}
        }
    }

    /// Its process has ended.
    pub fn ended(&mut self, code: u8) {
        if let Life::Runs = self.life {
            self.life = Life::Ended(code);
            // What is left in a terminal's buffers cannot be counted, but nobody else holds it.
            let pipes = self.terminal.is_none();
            self.taps.iter_mut().filter(|_| pipes).for_each(Tap::finish);
        }
    }

    /// When it must be looked at next, whatever happens.
    pub fn deadline(&self) -> Option<Instant> {
        match self.life {
            Life::Abandoned(at) => Some(at),
            Life::Runs | Life::Ended(_) => None,
        }
    }

    /// Whether there is nothing more to do for it. Says the exit code when everything else is said.
    pub fn is_over(&mut self, wire: &mut Wire) -> bool {
        match self.life {
            Life::Runs => false,
            Life::Ended(code) => {
                let over = self.taps.iter().all(Tap::is_closed);
                if over {
                    wire.push(&Frame { job: self.id, message: Message::Exit(code) });
                }
                over
            }
            Life::Abandoned(at) => self.is_dead(at),
        }
    }

    fn is_dead(&self, at: Instant) -> bool {
        let late = Instant::now() >= at;
        if late {
            self.signal(Signal::SIGKILL);
        }
        late || kill(self.everyone(), None).is_err()
    }

    fn abandon(&mut self) {
        if let Life::Runs = self.life {
            let end = [Signal::SIGHUP, Signal::SIGTERM, Signal::SIGCONT];
            end.into_iter().for_each(|signal| self.signal(signal));
        }
        self.feed = Feed::new(self.id, None);
        self.taps.clear();
        self.terminal = None;
        self.life = Life::Abandoned(Instant::now() + PATIENCE);
    }

    fn signal_number(&self, number: u8) {
        if let Ok(signal) = Signal::try_from(i32::from(number)) {
            self.signal(signal);
        }
    }

    fn signal(&self, signal: Signal) {
        // It may have ended meanwhile, and then there is nobody to tell.
        let _ = kill(self.everyone(), signal);
    }

    /// The process group, as kill(2) wants it.
    fn everyone(&self) -> Pid {
        Pid::from_raw(-self.group.as_raw())
    }

    fn resize(&self, size: TerminalSize) {
        if let Some(terminal) = &self.terminal {
            // SAFETY: the size lives until the call returns.
            let _ = unsafe { set_size(terminal.as_raw_fd(), &winsize(size)) };
        }
    }
}

nix::ioctl_write_ptr_bad!(set_size, libc::TIOCSWINSZ, libc::winsize);
