use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// The other end is gone.
pub const GONE: PollFlags = PollFlags::POLLERR.union(PollFlags::POLLHUP);

/// File descriptors to wait for, each with what it means to whoever waits.
#[derive(Debug)]
pub struct Watch<'fd, T> {
    meanings: Vec<T>,
    fds: Vec<PollFd<'fd>>,
    until: Option<Instant>,
}

impl<'fd, T: Copy> Watch<'fd, T> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { meanings: Vec::new(), fds: Vec::new(), until: None }
    }

    /// Waits for this too. Errors and hang-ups end the wait whatever `events` says.
    pub fn add(&mut self, meaning: T, fd: BorrowedFd<'fd>, events: PollFlags) {
        self.meanings.push(meaning);
        self.fds.push(PollFd::new(fd, events));
    }

    /// Waits no longer than this.
    pub fn until(&mut self, time: Option<Instant>) {
        self.until = self.until.into_iter().chain(time).min();
    }

    /// Waits, and answers with the meanings of those that are ready, in the order of addition;
    /// nothing when the time is over or a signal came.
    pub fn wait(self) -> nix::Result<Vec<T>> {
        Ok(self.events()?.into_iter().map(|(meaning, _)| meaning).collect())
    }

    /// As [`Watch::wait`], and says what each is ready for.
    pub fn events(mut self) -> nix::Result<Vec<(T, PollFlags)>> {
        let timeout = self.timeout();
        match poll(&mut self.fds, timeout) {
            Ok(_) => Ok(self.ready()),
            Err(Errno::EINTR) => Ok(Vec::new()),
            Err(errno) => Err(errno),
        }
    }

    fn timeout(&self) -> PollTimeout {
        let Some(until) = self.until else { return PollTimeout::NONE };
        // Poll counts whole milliseconds; rounding down would make it spin through the last one.
        let left = until.saturating_duration_since(Instant::now()) + Duration::from_millis(1);
        PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX)
    }

    fn ready(&self) -> Vec<(T, PollFlags)> {
        let events = self.fds.iter().map(|fd| fd.revents().unwrap_or(PollFlags::empty()));
        let pairs = self.meanings.iter().copied().zip(events);
        pairs.filter(|(_, events)| !events.is_empty()).collect()
    }
}
