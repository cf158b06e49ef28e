//! Daemons of a lab that a supervisor holds: they live and die with it.

use crate::again;
use crate::machine::{Machine, sh, wait_for};
use crate::patience::PATIENCE;
use lvs_lab::report::Event;
use lvs_lab::state::{Exit, Process};
use lvs_lab::supervisor::{SupervisorError, reconcile};
use nix::sys::signal::Signal;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

/// Two directors with keepalived, and no virtual services, as this kernel may have no IPVS.
const PAIR: &str = "name: plain
networks: { lan: 192.168.150.0/24 }
clients: { client: { addresses: { lan: 192.168.150.10 } } }
directors:
  node01: { addresses: { lan: 192.168.150.1 } }
  node04: { addresses: { lan: 192.168.150.4 } }
high_availability:
  engine: keepalived
  virtual_routers:
    VI_1:
      router_id: 51
      priorities: { node01: 100, node04: 50 }
      vips: [192.168.150.100]
      version: 3
      advert_interval: 100ms
";

/// What lives in the lab's directors: their daemons with all that these started.
fn daemons() -> Vec<Process> {
    let place = |path: &str| fs::metadata(path).map(|found| found.ino()).ok();
    let directors = ["node01", "node04"].map(|node| place(&format!("/run/netns/plain-{node}")));
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let inside = |id: &i32| {
        let its = place(&format!("/proc/{id}/ns/net"));
        its.is_some() && directors.contains(&its)
    };
    ids.filter(inside).filter_map(Process::running).collect()
}

/// Whether a director holds the VIP, in the words of ip(8).
fn holds(director: &str) -> bool {
    let words = ["-n", &format!("plain-{director}"), "address"];
    let shown = Command::new("ip").args(words).output().unwrap().stdout;
    String::from_utf8(shown).unwrap().contains(" 192.168.150.100/32 ")
}

fn assert_dead(daemons: &[Process]) {
    assert!(daemons.len() >= 4, "two of keepalived's on each director: {daemons:?}");
    assert!(!daemons.iter().any(|process| process.is_alive()));
}

#[test]
#[ignore = "needs root"]
fn a_pair_of_directors_comes_up_with_its_vip() {
    let machine = Machine::new();
    machine.up_with(PAIR);
    // The lower one may have been first, and must give way.
    wait_for("the better director's VIP", || (holds("node01") && !holds("node04")).then_some(()));
    let daemons = daemons();
    machine.clean().unwrap();
    assert_dead(&daemons);
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn daemons_die_with_a_killed_supervisor() {
    let machine = Machine::new();
    machine.up_with(PAIR);
    let before = daemons();
    machine.supervisor().kill(Signal::SIGKILL).unwrap();
    let is_alive = || before.iter().any(|process| process.is_alive());
    wait_for("the end of the daemons", || (!is_alive()).then_some(()));
    assert_dead(&before);
    machine.clean().unwrap();
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn waiting_for_a_vip_can_be_interrupted() {
    let machine = Machine::new();
    let mut caller = machine.caller(&PAIR.replace("100ms", "10s"));
    let pid = "/run/lvs-lab/plain/daemons/node04/keepalived.pid";
    wait_for("the second keepalived", || fs::exists(pid).unwrap().then_some(()));
    let daemons = daemons();
    caller.interrupt();
    let (message, _, left) = caller.failure();
    assert_eq!((message.as_str(), left.len()), ("interrupted by SIGTERM", 0));
    assert!(!daemons.is_empty() && !daemons.iter().any(|process| process.is_alive()));
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn a_supervisor_that_waits_for_a_vip_again_can_be_ended() {
    let machine = Machine::new();
    machine.up_with(PAIR);
    let number = || fs::read_to_string("/run/lvs-lab/plain/daemons/node04/keepalived.pid").ok();
    let (before, supervisor) = (number(), machine.supervisor());
    let slow = machine.assignment(&PAIR.replace("100ms", "10s"));
    let asking = std::thread::spawn(move || reconcile(&slow));
    wait_for("the second keepalived", || number().filter(|new| Some(new) != before.as_ref()));
    supervisor.kill(Signal::SIGTERM).unwrap();
    assert_eq!(supervisor.wait_gone(PATIENCE).unwrap(), Exit::Gone);
    assert!(matches!(asking.join().unwrap(), Err(SupervisorError::Silent(_))));
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn up_again_starts_what_died_and_follows_the_file() {
    let machine = Machine::new();
    machine.up_with(PAIR);
    assert_eq!(
        again(&machine, PAIR),
        Event::Unchanged { lab: "plain".parse().unwrap(), left_alone: Vec::new() }
    );

    sh("kill -9 $(cat /run/lvs-lab/plain/daemons/node01/keepalived.pid)");
    let Event::Repaired { what, .. } = again(&machine, PAIR) else { panic!("nothing was mended") };
    // Its children resign in order, so that for a moment the VIP may be on neither director.
    let meanwhile = "node01, node04: no director holds 192.168.150.100";
    assert_eq!(what[0], "node01: keepalived does not run");
    assert!(what[1..].iter().all(|drift| drift == meanwhile), "{what:?}");

    let Event::Changed { what, .. } = again(&machine, &PAIR.replace("node04: 50", "node04: 60"))
    else {
        panic!("it is not live");
    };
    let awaited = "node01: wait until a director holds 192.168.150.100";
    let changes = ["node04: stop keepalived", "node04: start keepalived", awaited];
    assert_eq!(what, changes);
    machine.clean().unwrap();
    machine.assert_empty();
}
