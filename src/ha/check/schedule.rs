use crate::kernel::Health;
use crate::lab::{HealthCheck, Probe};
use std::time::Duration;

/// When a real server is tried next, and what its attempts come to, as keepalived 2.2 does it. A
/// server is up until it fails (keepalived without `alpha`), and one good attempt brings it back.
///
/// Two things are different. keepalived gives a server no retries on its very first check, which
/// it puts off by a second and a random time (`warmup`); here the first check is at once, and has
/// its retries. And keepalived's HTTP_GET wants a second good answer, delay_loop after the first
/// one, of a server that was down.
#[derive(Debug)]
pub(super) struct Schedule {
    timing: Timing,
    /// What the attempts have come to.
    pub(super) health: Health,
    /// Failed attempts since the last good one, or since all were used up.
    failures: u32,
}

/// What a health check says of time.
#[derive(Debug)]
struct Timing {
    kind: Kind,
    delay_loop: Duration,
    retries: u32,
    delay_before_retry: Duration,
}

/// What keepalived's checkers differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// HTTP_GET: a server that is down gets one attempt, and waits for the longer of both delays
    /// (`epilog` in check_http.c).
    Http,
    /// TCP_CHECK: a server that is down gets all its attempts each time (`tcp_epilog` in
    /// check_tcp.c).
    Tcp,
    /// MISC_CHECK: a server that is down gets one attempt; the delays count from the beginning of
    /// an attempt (`misc_check_child_thread` in check_misc.c).
    Command,
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The number of the attempt among those that a server gets, from 1.
    pub(super) attempt: u32,
    /// How many it gets.
    pub(super) attempts: u32,
    /// What the server is from now on, if that is new.
    pub(super) change: Option<Health>,
    /// The time from the end of this attempt to the next one.
    pub(super) wait: Duration,
}

impl Schedule {
    /// A schedule whose first attempt is due at once.
    pub(super) fn new(check: &HealthCheck) -> Self {
        let kind = match check.probe {
            Probe::Http(_) => Kind::Http,
            Probe::Tcp => Kind::Tcp,
            Probe::Command { .. } => Kind::Command,
        };
        let timing = Timing {
            kind,
            delay_loop: check.delay_loop,
            retries: check.nb_get_retry,
            delay_before_retry: check.delay_before_retry,
        };
        Self { timing, health: Health::Up, failures: 0 }
    }

    /// Takes note of an attempt that has just ended.
    pub(super) fn after(&mut self, found: Health, took: Duration) -> Step {
        let before = self.health;
        let attempts = match self.retries() {
            true => self.timing.retries.saturating_add(1),
            false => 1,
        };
        let attempt = self.failures.saturating_add(1);
        let again = found == Health::Down && attempt < attempts;
        self.failures = if again { attempt } else { 0 };
        if !again {
            self.health = found;
        }
        let change = (self.health != before).then_some(self.health);
        let delay = if again { self.timing.delay_before_retry } else { self.delay() };
        Step { attempt, attempts, change, wait: self.timing.remaining(delay, took) }
    }

    fn retries(&self) -> bool {
        self.health == Health::Up || self.timing.kind == Kind::Tcp
    }

    /// The time to the next check.
    fn delay(&self) -> Duration {
        match (self.timing.kind, self.health) {
            (Kind::Http, Health::Down) => {
                self.timing.delay_loop.max(self.timing.delay_before_retry)
            }
            _ => self.timing.delay_loop,
        }
    }
}

impl Timing {
    /// How much of a delay is left when an attempt has ended.
    fn remaining(&self, delay: Duration, took: Duration) -> Duration {
        match self.kind {
            Kind::Command => delay.saturating_sub(took),
            Kind::Http | Kind::Tcp => delay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{HttpProbe, OnFailure, Place};

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn http() -> Probe {
        let path = "/".to_owned();
        Probe::Http(HttpProbe { path, status: (200, 299), digest: None, body: None })
    }

    fn command() -> Probe {
        Probe::Command { shell: "true".to_owned() }
    }

    /// delay_loop 6, delay_before_retry 3, retries 2.
    fn check(probe: Probe) -> HealthCheck {
        HealthCheck {
            probe,
            delay_loop: seconds(6),
            connect_timeout: seconds(5),
            nb_get_retry: 2,
            delay_before_retry: seconds(3),
            on_failure: OnFailure::Remove,
            at: Place::default(),
        }
    }

    /// Runs a schedule on a virtual clock; a letter is an attempt: `.` good, `x` failed at once,
    /// `h` failed after a second. Says when each begins, and what became of the server.
    fn run(check: &HealthCheck, attempts: &str) -> Vec<String> {
        let mut schedule = Schedule::new(check);
        let mut clock = Duration::ZERO;
        let mut seen = Vec::new();
        for letter in attempts.chars() {
            let took = seconds(u64::from(letter == 'h'));
            let found = if letter == '.' { Health::Up } else { Health::Down };
            let step = schedule.after(found, took);
            let change = step.change.map(|health| format!(" {health}")).unwrap_or_default();
            seen.push(format!("{}{change}", clock.as_secs()));
            clock += took + step.wait;
        }
        seen
    }

    #[test]
    fn a_good_server_is_tried_at_once_and_each_delay_loop() {
        for probe in [http(), Probe::Tcp, command()] {
            assert_eq!(run(&check(probe), "...."), ["0", "6", "12", "18"]);
        }
    }

    #[test]
    fn a_server_has_failed_after_all_its_attempts_only() {
        for probe in [http(), Probe::Tcp, command()] {
            assert_eq!(run(&check(probe.clone()), ".xxx"), ["0", "6", "9", "12 DOWN"]);
            assert_eq!(run(&check(probe), "xx.xx."), ["0", "3", "6", "12", "15", "18"]);
        }
    }

    #[test]
    fn a_failed_server_is_tried_each_delay_loop_and_one_success_brings_it_back() {
        for probe in [http(), command()] {
            let seen = run(&check(probe), "xxxxx.x");
            assert_eq!(seen, ["0", "3", "6 DOWN", "12", "18", "24 UP", "30"]);
        }
    }

    #[test]
    fn only_tcp_retries_a_server_that_is_down() {
        let seen = run(&check(Probe::Tcp), "xxxxxxx.");
        assert_eq!(seen, ["0", "3", "6 DOWN", "12", "15", "18", "24", "27 UP"]);
    }

    #[test]
    fn delays_count_from_the_end_of_an_attempt_but_for_commands_from_its_beginning() {
        for probe in [http(), Probe::Tcp] {
            assert_eq!(run(&check(probe), "hhh."), ["0", "4", "8 DOWN", "15 UP"]);
        }
        assert_eq!(run(&check(command()), "hhh."), ["0", "3", "6 DOWN", "12 UP"]);
    }

    #[test]
    fn a_failed_http_server_waits_for_the_longer_delay() {
        let slow = |probe| HealthCheck { delay_before_retry: seconds(9), ..check(probe) };
        assert_eq!(run(&slow(http()), "xxxx."), ["0", "9", "18 DOWN", "27", "36 UP"]);
        assert_eq!(run(&slow(command()), "xxxx."), ["0", "9", "18 DOWN", "24", "30 UP"]);
    }

    #[test]
    fn without_retries_the_first_failure_counts() {
        let strict = HealthCheck { nb_get_retry: 0, ..check(command()) };
        assert_eq!(run(&strict, ".x."), ["0", "6 DOWN", "12 UP"]);
    }

    #[test]
    fn attempts_are_numbered() {
        let mut schedule = Schedule::new(&check(http()));
        let mut numbers = |found| {
            let step = schedule.after(found, Duration::ZERO);
            (step.attempt, step.attempts)
        };
        assert_eq!(numbers(Health::Down), (1, 3));
        assert_eq!(numbers(Health::Down), (2, 3));
        assert_eq!(numbers(Health::Down), (3, 3));
        assert_eq!(numbers(Health::Down), (1, 1));
        assert_eq!(numbers(Health::Up), (1, 1));
        assert_eq!(numbers(Health::Down), (1, 3));
    }
}
