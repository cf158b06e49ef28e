use crate::cli::failure::Failure;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::getpid;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// What ends a worker.
type End = Box<dyn Fn(Signal) + Send>;

/// SIGINT, SIGTERM and SIGHUP while labs are tested: the first one ends the workers, so that what
/// was found until then is reported; the second one ends the program at once.
#[derive(Clone, Default)]
pub struct Stop {
    signal: Arc<OnceLock<Signal>>,
    workers: Arc<Mutex<BTreeMap<usize, End>>>,
}

impl Stop {
    /// From now on a thread of its own waits for the signals; they are blocked in this thread, in
    /// those that it starts, and in programs that do not unblock them.
    pub fn watch() -> Result<Self, Failure> {
        let failed = |errno: nix::Error| Failure::failed(format!("cannot watch signals: {errno}"));
        let signals = signals();
        let queue = SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC).map_err(failed)?;
        signals.thread_block().map_err(failed)?;
        let stop = Self::default();
        let heard = stop.clone();
        std::thread::spawn(move || {
            while let Ok(Some(info)) = queue.read_signal() {
                let signal = Signal::try_from(info.ssi_signo.cast_signed());
                signal.into_iter().for_each(|signal| heard.take(signal));
            }
        });
        Ok(stop)
    }

    /// The signal that came.
    pub fn signal(&self) -> Option<Signal> {
        self.signal.get().copied()
    }

    /// Calls `end` when a signal comes, or at once if one has come, until the guard is dropped.
    pub fn on_signal(&self, end: impl Fn(Signal) + Send + 'static) -> Guard {
        let mut workers = self.workers();
        self.signal().into_iter().for_each(&end);
        let number = workers.last_key_value().map_or(0, |(last, _)| last + 1);
        workers.insert(number, Box::new(end));
        Guard { stop: self.clone(), number }
    }

    fn take(&self, signal: Signal) {
        let workers = self.workers();
        if self.signal.set(signal).is_ok() {
            return workers.values().for_each(|end| end(signal));
        }
        // What it does by itself is to end this process, and the kernel ends its workers.
        let _ = SigSet::from(signal).thread_unblock();
        let _ = kill(getpid(), signal);
    }

    fn workers(&self) -> MutexGuard<'_, BTreeMap<usize, End>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds a place among those that a signal ends.
pub struct Guard {
    stop: Stop,
    number: usize,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.stop.workers().remove(&self.number);
    }
}

/// Makes the signals do their work again, in a process that is about to become a program.
pub fn unblocked() -> nix::Result<()> {
    signals().thread_unblock()
}

fn signals() -> SigSet {
    [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn workers_are_ended_once_and_those_that_begin_later_at_once() {
        let (stop, ended) = (Stop::default(), Arc::new(AtomicUsize::new(0)));
        let count = || {
            let ended = ended.clone();
            move |_| {
                ended.fetch_add(1, Ordering::SeqCst);
            }
        };
        let early = stop.on_signal(count());
        drop(stop.on_signal(count()));
        stop.take(Signal::SIGTERM);
        assert_eq!((stop.signal(), ended.load(Ordering::SeqCst)), (Some(Signal::SIGTERM), 1));
        let late = stop.on_signal(count());
        assert_eq!(ended.load(Ordering::SeqCst), 2);
        drop((early, late));
    }
}
