use crate::guest::channel::{Budget, Frame, JobId, Message, Stream, Wire};
use nix::errno::Errno;
use nix::libc;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// How many bytes one frame carries at most.
const PIECE: usize = 64 << 10;

/// The way of one of a job's output streams to the caller.
#[derive(Debug)]
pub struct Tap {
    job: JobId,
    stream: Stream,
    fd: Option<OwnedFd>,
    budget: Budget,
    last: Option<usize>,
}

impl Tap {
    /// Out of this descriptor.
    pub fn new(job: JobId, stream: Stream, fd: OwnedFd) -> Self {
        Self { job, stream, fd: Some(fd), budget: Budget::of(stream), last: None }
    }

    /// Which stream it is.
    pub fn stream(&self) -> Stream {
        self.stream
    }

    /// What to wait for, unless the caller must read first.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().filter(|_| self.budget.left() > 0).map(AsFd::as_fd)
    }

    /// Whether nothing more will come.
    pub fn is_closed(&self) -> bool {
        self.fd.is_none()
    }

    /// The caller wants no more; the job will notice when it writes.
    pub fn close(&mut self) {
        self.fd = None;
    }

    /// The caller has read some.
    pub fn grant(&mut self, bytes: u32) {
        self.budget.add(bytes);
    }

    /// The job has ended: only what it wrote is still sent, not what a process writes that it has
    /// left behind.
    pub fn finish(&mut self) {
        let Some(fd) = &self.fd else { return };
        self.last = Some(waiting(fd.as_fd()).unwrap_or(0));
        self.close_after_last();
    }

    /// Sends on what there is to read.
    pub fn read(&mut self, wire: &mut Wire) {
        let Some(fd) = &self.fd else { return };
        let limit = self.budget.left().min(PIECE).min(self.last.unwrap_or(PIECE));
        let mut bytes = vec![0; limit];
        match nix::unistd::read(fd, &mut bytes) {
            Ok(count) if count > 0 => {
                bytes.truncate(count);
                self.passed(bytes, wire);
            }
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            // The end, or EIO: a terminal that nobody holds any more.
            Ok(_) | Err(_) => self.fd = None,
        }
    }

    fn passed(&mut self, bytes: Vec<u8>, wire: &mut Wire) {
        self.budget.spend(bytes.len());
        self.last = self.last.map(|left| left.saturating_sub(bytes.len()));
        wire.push(&Frame { job: self.job, message: Message::Data(self.stream, bytes) });
        self.close_after_last();
    }

    fn close_after_last(&mut self) {
        if self.last == Some(0) {
            self.fd = None;
        }
    }
}

nix::ioctl_read_bad!(readable, libc::FIONREAD, libc::c_int);

fn waiting(fd: BorrowedFd<'_>) -> nix::Result<usize> {
    let mut count = 0;
    // SAFETY: FIONREAD writes one int.
    unsafe { readable(fd.as_raw_fd(), &mut count)? };
    Ok(usize::try_from(count).unwrap_or(0))
}
