use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use std::os::fd::{AsFd, BorrowedFd};

/// What a job hears of the caller's signals.
const PASSED_ON: [Signal; 5] =
    [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGWINCH];

/// The caller's signals as something to read, until this is dropped.
#[derive(Debug)]
pub struct Signals {
    queue: SignalFd,
    before: SigSet,
}

impl Signals {
    /// From now on they do nothing to this thread but wait to be read.
    pub fn new() -> nix::Result<Self> {
        let signals: SigSet = PASSED_ON.into_iter().collect();
        let queue = SignalFd::with_flags(&signals, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?;
        let before = signals.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
        Ok(Self { queue, before })
    }

    /// What to wait for.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.queue.as_fd()
    }

    /// The next one, if there is one.
    pub fn next(&self) -> Option<Signal> {
        let info = self.queue.read_signal().ok()??;
        Signal::try_from(info.ssi_signo.cast_signed()).ok()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let _ = self.before.thread_set_mask();
    }
}
