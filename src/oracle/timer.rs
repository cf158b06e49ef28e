use std::time::Duration;

/// How much earlier than the model the director may have seen the packet that began the time.
const LEAD: Duration = Duration::from_millis(250);
/// What a timer is late by at least: the kernel's ticks, and those who look at a loaded machine.
const DELAY: Duration = Duration::from_millis(250);

/// The time of an entry of the connection table, which begins with its last packet.
///
/// The kernel's timers are late by up to 8/63 of their time (the levels of the timer wheel in
/// kernel/time/timer.c), so that around its end nobody knows whether the entry is still there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timer {
    end: Duration,
    timeout: Duration,
}

impl Timer {
    /// One that begins now.
    pub fn new(now: Duration, timeout: Duration) -> Self {
        Self { end: now + timeout, timeout }
    }

    /// Begins again when it ends, with another time.
    pub fn extended(self, timeout: Duration) -> Self {
        Self { end: self.end + timeout, timeout }
    }

    /// How long it runs.
    pub fn timeout(self) -> Duration {
        self.timeout
    }

    /// From when on it may be over.
    pub fn earliest(self) -> Duration {
        self.end.saturating_sub(LEAD)
    }

    /// Until when it may still run.
    pub fn latest(self) -> Duration {
        self.end + self.timeout * 8 / 63 + DELAY
    }

    /// Whether it is over for sure.
    pub fn is_over(self, now: Duration) -> bool {
        now > self.latest()
    }

    /// Whether nobody knows if it is over.
    pub fn is_ending(self, now: Duration) -> bool {
        now >= self.earliest() && !self.is_over(now)
    }
}
