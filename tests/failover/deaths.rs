//! Labs that end in the middle of a takeover, a load, or before they are whole.

use crate::pair::{DIRECTORS, Pair, topology};
use crate::shared;
use crate::support::{Ran, eventually};
use nix::sys::signal::{SigHandler, Signal, kill, signal};
use nix::unistd::Pid;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// The engines that keep a VIP.
const ENGINES: [&str; 2] = ["vrrp", "keepalived"];

fn supervisor(pair: &Pair) -> Pid {
    let record = fs::read(pair.place.state().join(&pair.lab).join("record.json")).unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    Pid::from_raw(record["supervisor"]["pid"].as_i64().unwrap().try_into().unwrap())
}

fn started(pair: &Pair, words: &[&str]) -> Child {
    // SAFETY: it takes the place of no handler. A shell's background job ignores SIGINT, and what
    // it starts would too.
    unsafe { signal(Signal::SIGINT, SigHandler::SigDfl) }.unwrap();
    let mut command = pair.place.program(words);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Sends a signal, and waits for the end.
fn ended(child: Child, signal: Signal) -> Ran {
    kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
#[ignore = "needs root"]
fn a_supervisor_killed_during_a_takeover_leaves_nothing_that_down_does_not_remove() {
    let _machine = shared();
    for engine in ENGINES {
        // The backup takes over 300 ms to 400 ms after the master's last advert.
        for moment in [0, 250, 350, 450] {
            let pair = Pair::new("midway");
            pair.up(engine);
            pair.await_daemons();
            pair.verb(&["fault", "kill", "node01"]);
            sleep(Duration::from_millis(moment));
            kill(supervisor(&pair), Signal::SIGKILL).unwrap();
            pair.await_deaths();
            pair.place.run(&["down", &pair.lab]).code(0);
            pair.assert_gone();
        }
    }
}

#[test]
#[ignore = "needs root"]
fn up_begins_anew_after_a_supervisor_was_killed_during_a_takeover() {
    let _machine = shared();
    for engine in ENGINES {
        let pair = Pair::new("anew");
        pair.up(engine);
        let before = pair.daemons();
        pair.verb(&["fault", "kill", "node01"]);
        kill(supervisor(&pair), Signal::SIGKILL).unwrap();
        pair.up(engine);
        assert!(!pair.daemons().iter().any(|daemon| before.contains(daemon)));
        pair.await_holders(&["node01"]);
        pair.place.run(&["down", &pair.lab]).code(0);
        pair.assert_gone();
    }
}

#[test]
#[ignore = "needs root"]
fn faults_in_force_go_down_with_their_lab() {
    let _machine = shared();
    for engine in ENGINES {
        let pair = Pair::new("broken");
        pair.up(engine);
        for fault in [["kill-daemons", "node01"], ["kill", "node04"], ["cut", "client"]] {
            pair.verb(&[&["fault"], &fault[..]].concat());
        }
        pair.verb(&["fault", "hang", "node02"]);
        pair.place.run(&["down", &pair.lab]).code(0);
        pair.assert_gone();
    }
}

/// A scenario that has a load and a dead master, and does not end by itself.
const ENDLESS: &str = "scenarios:
  endless:
    - load: { from: client, url: \"http://192.168.150.2/\", rate: 100 }
    - fault: { kill: node01 }
    - wait: 10m
      expect: { vip_owner: node04 }
";

/// Begins `test` with that scenario, and reads what it says until the master was killed under load.
fn loaded(pair: &Pair, engine: &str) -> (Child, impl BufRead + use<>) {
    let text = topology(&pair.lab, engine, "100ms") + ENDLESS;
    let file = pair.place.write("endless.yaml", &text);
    let mut test = started(pair, &["--kernel", "host", "test", &file]);
    let mut said = BufReader::new(test.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("kill node01") {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "{}", ended(test, Signal::SIGKILL).stderr);
    }
    assert!(!pair.daemons().is_empty());
    (test, said)
}

#[test]
#[ignore = "needs root"]
fn a_test_that_ends_under_load_leaves_nothing_at_all() {
    let _machine = shared();
    for engine in ENGINES {
        let pair = Pair::new("underload");
        let (test, _said) = loaded(&pair, engine);
        ended(test, Signal::SIGKILL).code(137);
        pair.await_end();

        let (test, _said) = loaded(&pair, engine);
        ended(test, Signal::SIGINT).code(130);
        pair.await_end();
    }
}

/// Begins an `up` that waits half a minute for its VIP, and waits until it does.
fn waiting(pair: &Pair, engine: &str) -> Child {
    let file = pair.place.write("slow.yaml", &topology(&pair.lab, engine, "10s"));
    let up = started(pair, &["--kernel", "host", "up", &file]);
    let daemons = pair.place.state().join(&pair.lab).join("daemons");
    let is_backup = |node| {
        let states = fs::read_to_string(daemons.join(node).join("states")).unwrap_or_default();
        states.to_lowercase().contains("backup")
    };
    eventually(|| DIRECTORS.into_iter().all(is_backup), || "no director is backup".to_owned());
    up
}

#[test]
#[ignore = "needs root"]
fn an_up_that_ends_while_it_waits_for_the_vip_takes_everything_back() {
    let _machine = shared();
    for engine in ENGINES {
        let pair = Pair::new("waits");
        let up = waiting(&pair, engine);
        ended(up, Signal::SIGINT).code(4).complains("interrupted").complains("were undone");
        pair.assert_gone();

        let up = waiting(&pair, engine);
        ended(up, Signal::SIGKILL).code(137);
        pair.await_deaths();
        pair.place.run(&["down", &pair.lab]).code(0);
        pair.await_end();
    }
}
