use super::directive::Time;
use crate::import::Said;
use crate::lab::OnFailure;
use std::time::Duration;

/// What may be said of the whole file, and of one virtual service in its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Between two checks.
    pub interval: Option<i64>,
    /// Of a connect, a ping or a program.
    pub check: Option<i64>,
    /// Of a question and its answer.
    pub negotiate: Option<i64>,
    /// How many checks must fail.
    pub failures: Option<i64>,
    /// What becomes of a server that fails.
    pub on_failure: Option<OnFailure>,
}

/// The defaults of ldirectord's `set_defaults`; its manual page says `yes` for `quiescent`, and
/// the program does `no`.
const INTERVAL: i64 = 10;
const CHECK: i64 = 5;
const NEGOTIATE: i64 = 30;

impl Settings {
    /// Takes a time.
    pub fn time(&mut self, time: Time, said: Said<i64>) {
        *match time {
            Time::Interval => &mut self.interval,
            Time::Check => &mut self.check,
            Time::Negotiate => &mut self.negotiate,
        } = Some(said.value);
    }

    /// The time between two checks. A virtual service has one of its own only in a process of its
    /// own.
    pub fn interval(&self, file: &Self, is_forked: bool) -> Duration {
        let own = self.interval.filter(|_| is_forked);
        seconds(own.or(file.interval).unwrap_or(INTERVAL))
    }

    /// How long a connect, a ping or a program may take.
    pub fn check(&self, file: &Self) -> Duration {
        let said = self.check.or(self.negotiate).or(file.check).or(file.negotiate);
        seconds(said.unwrap_or(CHECK))
    }

    /// How long a question and its answer may take.
    pub fn negotiate(&self, file: &Self) -> Duration {
        let said = self.negotiate.or(self.check).or(file.negotiate).or(file.check);
        seconds(said.unwrap_or(NEGOTIATE))
    }

    /// How many checks must fail in a row.
    pub fn failures(&self, file: &Self) -> u32 {
        let said = self.failures.or(file.failures).unwrap_or(1);
        u32::try_from(said).unwrap_or(u32::MAX)
    }

    /// What becomes of a server that fails.
    pub fn on_failure(&self, file: &Self) -> OnFailure {
        self.on_failure.or(file.on_failure).unwrap_or_default()
    }
}

fn seconds(number: i64) -> Duration {
    Duration::from_secs(u64::try_from(number).unwrap_or_default())
}
