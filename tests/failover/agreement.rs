//! Over many takeovers one director at a time holds the VIP, but for the moment of the change.

use crate::alone;
use crate::pair::{DIRECTORS, Pair, VIP};
use crate::support::eventually;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// Between two adverts.
const INTERVAL: Duration = Duration::from_millis(100);

/// A director came to hold the VIP, or lost it: since midnight, which, and whether it has it now.
type Change = (Duration, usize, bool);

/// What the kernel tells ip(8) of a director's addresses, with the times.
struct Monitor {
    child: Child,
    lines: Receiver<String>,
}

impl Monitor {
    /// Listens, and waits until it hears.
    fn listen(namespace: &str) -> Self {
        let words = ["-o", "-ts", "-n", namespace, "monitor", "address"];
        let mut child = Command::new("ip").args(words).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let monitor = Self { child, lines };
        let probe = |verb| ip(&["-n", namespace, "address", verb, "127.9.9.9/32", "dev", "lo"]);
        let hears = || {
            probe("add");
            probe("del");
            monitor.lines.recv_timeout(INTERVAL).is_ok()
        };
        eventually(hears, || "ip monitor says nothing".to_owned());
        monitor
    }

    /// What it has heard of the VIP.
    fn changes(mut self, director: usize) -> Vec<Change> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let of_vip = self.lines.iter().filter(|line| line.contains(&format!(" {VIP}/32 ")));
        of_vip.map(|line| (time(&line), director, !line.contains("] Deleted "))).collect()
    }
}

/// Finds out for how long the machine lets nobody run.
struct Pulse {
    beats: Arc<AtomicBool>,
    thread: JoinHandle<Duration>,
}

impl Pulse {
    fn begin() -> Self {
        let beats = Arc::new(AtomicBool::new(true));
        let goes_on = beats.clone();
        let thread = spawn(move || {
            let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
            while goes_on.load(Relaxed) {
                sleep(Duration::from_millis(1));
                longest = longest.max(last.elapsed());
                last = Instant::now();
            }
            longest
        });
        Self { beats, thread }
    }

    /// The longest time between two beats.
    fn longest(self) -> Duration {
        self.beats.store(false, Relaxed);
        self.thread.join().unwrap()
    }
}

fn ip(words: &[&str]) {
    assert!(Command::new("ip").args(words).status().unwrap().success());
}

/// The time of day of a line that begins as `[2026-11-21T13:01:38.548947] `.
fn time(line: &str) -> Duration {
    let (_, rest) = line.split_once('T').unwrap();
    let (clock, _) = rest.split_once(']').unwrap();
    let parts: Vec<f64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    Duration::from_secs_f64(parts[0] * 3600.0 + parts[1] * 60.0 + parts[2])
}

/// The longest time in which both held the VIP. `first` holds it at the beginning.
fn longest_overlap(mut changes: Vec<Change>, first: usize) -> Duration {
    changes.sort();
    let mut holds = DIRECTORS.map(|director| director == DIRECTORS[first]);
    let (mut both, mut longest) = (None, Duration::ZERO);
    for (at, director, has) in changes {
        holds[director] = has;
        match (both, holds == [true; 2]) {
            (None, true) => both = Some(at),
            (Some(since), false) => {
                longest = longest.max(at - since);
                both = None;
            }
            _ => {}
        }
    }
    assert!(both.is_none(), "both hold it at the end");
    longest
}

/// What was seen of a pair.
struct Seen {
    /// How often the VIP came to a director.
    moves: usize,
    /// The longest time in which it had two holders.
    overlap: Duration,
    /// The longest time in which the machine stood still, for the directors as for the test.
    stillness: Duration,
}

/// Does something to a pair of the built-in engine.
fn watched(name: &str, disturb: impl FnOnce(&Pair)) -> Seen {
    let _machine = alone();
    let pair = Pair::new(name);
    pair.up("vrrp");
    pair.await_holders(&["node01"]);
    let monitors = DIRECTORS.map(|node| Monitor::listen(&pair.namespace(node)));
    let pulse = Pulse::begin();
    disturb(&pair);
    pair.await_holders(&["node01"]);
    let changes: Vec<Change> =
        monitors.into_iter().enumerate().flat_map(|(i, monitor)| monitor.changes(i)).collect();
    let stillness = pulse.longest();
    pair.place.run(&["down", &pair.lab]).code(0);
    let moves = changes.iter().filter(|(_, _, has)| *has).count();
    Seen { moves, overlap: longest_overlap(changes, 0), stillness }
}

#[test]
#[ignore = "needs root"]
fn two_directors_never_hold_the_vip_for_longer_than_an_advert_interval() {
    let seen = watched("agree", |pair| {
        for _ in 0..3 {
            for fault in ["kill", "stop", "isolate", "cut"] {
                pair.verb(&["fault", fault, "node01"]);
                pair.await_holders(&["node04"]);
                pair.verb(&["heal", "node01"]);
                pair.await_holders(&["node01"]);
            }
        }
    });
    let Seen { moves, overlap, stillness } = seen;
    assert!(moves >= 24, "{moves}");
    // One director may stand still before it hears the other, and who watches it before it sees it.
    assert!(overlap <= INTERVAL + 2 * stillness, "{overlap:?}, and {stillness:?} of standstill");
}

#[test]
#[ignore = "needs root"]
fn a_killed_daemon_is_the_exception_until_it_is_healed() {
    let Seen { overlap, .. } = watched("disagree", |pair| {
        pair.verb(&["fault", "kill-daemons", "node01"]);
        pair.await_holders(&DIRECTORS);
        let begun = Instant::now();
        let lasts = || {
            assert_eq!(pair.holders(), DIRECTORS);
            begun.elapsed() > 3 * INTERVAL
        };
        eventually(lasts, String::new);
        pair.verb(&["heal", "node01"]);
    });
    assert!(overlap > 3 * INTERVAL, "{overlap:?}");
}
