//! SIGKILL at any moment: `down` cleans up completely, by name, without the file.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use support::traces::Traces;
use support::{program, run};

/// How often each kind of death is tried.
const ROUNDS: u32 = 25;
/// The latest moment of death after the start.
const LATEST: Duration = Duration::from_millis(60);

/// A sequence that looks random and can be repeated (an LCG with the constants of Numerical
/// Recipes).
struct Moments(u32);

impl Iterator for Moments {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some(LATEST * (self.0 >> 8) / (1 << 24))
    }
}

/// Passes the time to the moment of death without a system call's rounding.
fn until(moment: Instant) {
    while Instant::now() < moment {
        std::hint::spin_loop();
    }
}

fn supervisor(state: &Path, lab: &str) -> Option<Pid> {
    let text = std::fs::read(state.join(lab).join("record.json")).ok()?;
    let record: serde_json::Value = serde_json::from_slice(&text).ok()?;
    Some(Pid::from_raw(i32::try_from(record["supervisor"]["pid"].as_i64()?).ok()?))
}

fn die_at_random(lab: &str, victim: impl Fn(u32, &Path) -> Option<Pid>) {
    let state = tempfile::tempdir().unwrap();
    for moment in Moments(7).take(ROUNDS as usize) {
        let begun = Instant::now();
        let mut up = program(state.path())
            .args(["--kernel", "host", "up", "plain", "--name", lab])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until(begun + moment);
        if let Some(pid) = victim(up.id(), state.path()) {
            let _ = kill(pid, Signal::SIGKILL);
        }
        up.wait().unwrap();
        run(state.path(), &["down", lab]).code(0);
        Traces::of(state.path(), &[lab]).assert_none();
    }
}

#[test]
#[ignore = "needs root"]
fn a_killed_command_leaves_nothing_that_down_does_not_remove() {
    die_at_random("killcli", |cli, _| Some(Pid::from_raw(cli.cast_signed())));
}

#[test]
#[ignore = "needs root"]
fn a_killed_supervisor_leaves_nothing_that_down_does_not_remove() {
    die_at_random("killsup", |_, state| supervisor(state, "killsup"));
}

#[test]
#[ignore = "needs root"]
fn up_cleans_what_a_killed_supervisor_left() {
    let state = tempfile::tempdir().unwrap();
    let up = ["--kernel", "host", "up", "plain", "--name", "killup"];
    run(state.path(), &up).code(0);
    kill(supervisor(state.path(), "killup").unwrap(), Signal::SIGKILL).unwrap();
    run(state.path(), &up).code(0);
    run(state.path(), &["request", "killup", "--url", "http://192.168.137.200/", "-n", "4"])
        .code(0);
    run(state.path(), &["down", "killup"]).code(0);
    Traces::of(state.path(), &["killup"]).assert_none();
}

#[test]
#[ignore = "needs root"]
fn a_killed_test_leaves_nothing_at_all() {
    let state = tempfile::tempdir().unwrap();
    for moment in Moments(11).take(ROUNDS as usize) {
        let begun = Instant::now();
        let mut test = program(state.path())
            .args(["--kernel", "host", "test", "plain"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until(begun + moment);
        test.kill().unwrap();
        test.wait().unwrap();
        let patience = Instant::now() + Duration::from_secs(30);
        while Traces::of(state.path(), &["plain"]) != Traces::default() {
            assert!(Instant::now() < patience, "{:?}", Traces::of(state.path(), &["plain"]));
            std::thread::yield_now();
        }
    }
}
