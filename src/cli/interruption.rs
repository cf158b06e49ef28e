use super::exit::Exit;
use super::failure::Failure;
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// SIGINT, SIGTERM and SIGHUP as something to ask for, between two steps that must not be cut
/// short. They do their work again when this is dropped.
#[derive(Debug)]
pub struct Interruption {
    queue: SignalFd,
    before: SigSet,
}

impl Interruption {
    /// From now on the signals wait.
    pub fn watch() -> Result<Self, Failure> {
        let failed = |errno: nix::Error| Failure::failed(format!("cannot watch signals: {errno}"));
        let signals: SigSet =
            [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().collect();
        let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
        let queue = SignalFd::with_flags(&signals, flags).map_err(failed)?;
        let before = signals.thread_swap_mask(SigmaskHow::SIG_BLOCK).map_err(failed)?;
        Ok(Self { queue, before })
    }

    /// Waits for one of them. Runs inside a tokio runtime.
    pub async fn signal(&self) -> io::Result<Signal> {
        let queue = self.queue.as_fd();
        // SAFETY: the queue stays open for as long as it is borrowed.
        let queue = unsafe { AsyncFd::register_with_interest(queue, Interest::READABLE) }?;
        loop {
            let mut ready = queue.readable().await?;
            match self.queue.read_signal()? {
                Some(info) => return Ok(Signal::try_from(info.ssi_signo as i32)?),
                None => ready.clear_ready(),
            }
        }
    }

    /// Becomes readable when one of them has come.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.queue.as_fd()
    }

    /// Fails if the user has had enough of what has not begun to be built, as a program that the
    /// signal has ended.
    pub fn check(&self) -> Result<(), Failure> {
        let signal = self.queue.read_signal().ok().flatten();
        match signal.map(|info| Signal::try_from(info.ssi_signo.cast_signed())) {
            Some(Ok(signal)) => Err(Failure {
                exit: Exit::by(signal),
                ..Failure::failed(format!("interrupted by {signal}; nothing was built"))
            }),
            _ => Ok(()),
        }
    }
}

impl Drop for Interruption {
    fn drop(&mut self) {
        let _ = self.before.thread_set_mask();
    }
}
