use crate::guest::channel::{Frame, JobId, Message, Owed, Stream, Wire};
use nix::errno::Errno;
use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The way of the caller's standard input into a job.
#[derive(Debug)]
pub struct Feed {
    job: JobId,
    fd: Option<OwnedFd>,
    waiting: VecDeque<u8>,
    owed: Owed,
    ended: bool,
}

impl Feed {
    /// Into this descriptor; without one whatever comes is not wanted.
    pub fn new(job: JobId, fd: Option<OwnedFd>) -> Self {
        let owed = Owed::of(Stream::Input);
        Self { job, fd, waiting: VecDeque::new(), owed, ended: false }
    }

    /// What to wait for, and whether bytes are waiting for it to be writable.
    pub fn fd(&self) -> Option<(BorrowedFd<'_>, bool)> {
        self.fd.as_ref().map(|fd| (fd.as_fd(), !self.waiting.is_empty()))
    }

    /// Bytes have come from the host.
    pub fn take(&mut self, bytes: &[u8], wire: &mut Wire) {
        if self.fd.is_some() {
            self.waiting.extend(bytes);
            self.write(wire);
        }
    }

    /// No more will come. The job sees that when it has read what is waiting.
    pub fn end(&mut self) {
        self.ended = true;
        self.close_when_through();
    }

    /// Writes as much as the job takes now.
    pub fn write(&mut self, wire: &mut Wire) {
        while let (Some(fd), false) = (&self.fd, self.waiting.is_empty()) {
            match nix::unistd::write(fd, self.waiting.as_slices().0) {
                Ok(count) => self.written(count, wire),
                Err(Errno::EAGAIN) => return,
                Err(Errno::EINTR) => {}
                Err(_) => self.refuse(wire),
            }
        }
        self.close_when_through();
    }

    /// The job has closed its end: the host need not send more.
    pub fn refuse(&mut self, wire: &mut Wire) {
        self.fd = None;
        self.waiting.clear();
        wire.push(&Frame { job: self.job, message: Message::End(Stream::Input) });
    }

    fn written(&mut self, count: usize, wire: &mut Wire) {
        self.waiting.drain(..count);
        if let Some(grant) = self.owed.consumed(count) {
            let message = Message::Grant(Stream::Input, grant);
            wire.push(&Frame { job: self.job, message });
        }
    }

    fn close_when_through(&mut self) {
        if self.ended && self.waiting.is_empty() {
            self.fd = None;
        }
    }
}
