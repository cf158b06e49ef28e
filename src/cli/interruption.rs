use super::failure::Failure;
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

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

    /// Fails if the user has had enough.
    pub fn check(&self) -> Result<(), Failure> {
        match self.queue.read_signal() {
            Ok(Some(_)) => Err(Failure::failed("interrupted; everything was taken back")),
            _ => Ok(()),
        }
    }
}

impl Drop for Interruption {
    fn drop(&mut self) {
        let _ = self.before.thread_set_mask();
    }
}
