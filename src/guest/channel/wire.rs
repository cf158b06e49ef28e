use super::{BadFrame, Decoder, Frame, encode};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// How many bytes one look at the channel reads at most.
const READ: usize = 64 << 10;

/// Whether the other end is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// It may send more.
    There,
    /// It has closed its end.
    Gone,
}

/// Two file descriptors that frames go through, never waiting for either.
#[derive(Debug)]
pub struct Wire {
    input: OwnedFd,
    output: OwnedFd,
    decoder: Decoder,
    unsent: Vec<u8>,
    read: usize,
}

impl Wire {
    /// Frames over these two, which become non-blocking.
    pub fn new(input: OwnedFd, output: OwnedFd) -> nix::Result<Self> {
        nonblocking(&input)?;
        nonblocking(&output)?;
        Ok(Self { input, output, decoder: Decoder::default(), unsent: Vec::new(), read: 0 })
    }

    /// What to wait for readability of.
    pub fn input(&self) -> BorrowedFd<'_> {
        self.input.as_fd()
    }

    /// What to wait for writability of.
    pub fn output(&self) -> BorrowedFd<'_> {
        self.output.as_fd()
    }

    /// Puts a frame behind those that are not sent yet.
    pub fn push(&mut self, frame: &Frame) {
        encode(frame, &mut self.unsent);
    }

    /// How many bytes are not sent yet.
    pub fn unsent(&self) -> usize {
        self.unsent.len()
    }

    /// Sends at most `limit` bytes, and says how many.
    pub fn send(&mut self, limit: usize) -> nix::Result<usize> {
        let mut sent = 0;
        while sent < limit.min(self.unsent.len()) {
            let piece = &self.unsent[sent..limit.min(self.unsent.len())];
            match nix::unistd::write(&self.output, piece) {
                Ok(count) => sent += count,
                Err(Errno::EAGAIN) => break,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        self.unsent.drain(..sent);
        Ok(sent)
    }

    /// Forgets what is not sent yet, as nobody will read it.
    pub fn forget(&mut self) {
        self.unsent.clear();
    }

    /// Reads what is there, for [`Wire::frame`] to find.
    pub fn receive(&mut self) -> nix::Result<Peer> {
        let mut bytes = [0; READ];
        match nix::unistd::read(&self.input, &mut bytes) {
            Ok(0) => Ok(Peer::Gone),
            Ok(count) => {
                self.decoder.feed(&bytes[..count]);
                self.read += count;
                Ok(Peer::There)
            }
            Err(Errno::EAGAIN | Errno::EINTR) => Ok(Peer::There),
            // The other end of a socket was closed with bytes of ours unread.
            Err(Errno::ECONNRESET) => Ok(Peer::Gone),
            Err(errno) => Err(errno),
        }
    }

    /// The next frame that has arrived whole.
    pub fn frame(&mut self) -> Result<Option<Frame>, BadFrame> {
        self.decoder.frame()
    }

    /// How many bytes were read since this was last asked.
    pub fn take_read(&mut self) -> usize {
        std::mem::take(&mut self.read)
    }
}

/// Makes reads and writes fail with `EAGAIN` where they would wait.
pub fn nonblocking(fd: &OwnedFd) -> nix::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(fd, FcntlArg::F_GETFL)?);
    fcntl(fd, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK)).map(drop)
}
