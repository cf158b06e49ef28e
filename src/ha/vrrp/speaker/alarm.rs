use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};
use tokio::io::unix::AsyncFd;

/// Wakes at a moment, by a timer of the kernel (timerfd_create(2)). The runtime's own timers count
/// whole milliseconds and are late by up to two of them, which is much of a skew with a hundred
/// adverts a second.
pub(super) struct Alarm {
    timer: TimerFd,
    rung: AsyncFd<OwnedFd>,
}

impl Alarm {
    pub(super) fn new() -> io::Result<Self> {
        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)?;
        // SAFETY: the descriptor is owned, and never taken out.
        let rung = unsafe { AsyncFd::register(timer.as_fd().try_clone_to_owned()?) }?;
        Ok(Self { timer, rung })
    }

    /// Waits until a moment, or for ever. It may return early.
    pub(super) async fn at(&self, moment: Option<Instant>) -> io::Result<()> {
        let Some(moment) = moment else { return std::future::pending().await };
        let left = moment.saturating_duration_since(Instant::now());
        // A timer of no time at all would never ring.
        let left = TimeSpec::from(left.max(Duration::from_nanos(1)));
        self.timer.set(Expiration::OneShot(left), TimerSetTimeFlags::empty())?;
        self.rung.readable().await?.clear_ready();
        Ok(())
    }
}
