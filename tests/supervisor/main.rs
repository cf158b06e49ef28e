//! The process that holds a lab, on the running kernel: built, asked, mended, stopped, killed.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test panics when it fails")]

mod daemons;
mod faults;
mod machine;
#[path = "../support/patience.rs"]
mod patience;

use lvs_lab::engine::{Cleaned, Journal};
use lvs_lab::lab::Protocol;
use lvs_lab::plan::Behaviour;
use lvs_lab::report::Event;
use lvs_lab::state::{Exit, Lock};
use lvs_lab::supervisor::{BackendStatus, Status, SupervisorError, reconcile, status};
use machine::{Caller, ENDLESS, Machine, PLAIN, endless, sh, source, with_command};
use nix::sys::signal::Signal;
use patience::PATIENCE;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// What the supervisor answers when the file says this.
fn again(machine: &Machine, text: &str) -> Event {
    reconcile(&machine.assignment(text)).unwrap()
}

fn strings<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

#[test]
#[ignore = "needs root"]
fn a_lab_is_built_serves_and_outlives_its_caller() {
    let machine = Machine::new();
    let mut caller = machine.caller(PLAIN);
    let events = caller.events();
    drop(caller);
    let total = machine.assignment(PLAIN).plan().steps.len();
    assert!(matches!(&events[0], Event::Building { operations, .. } if *operations == total));
    let before_last = &events[events.len() - 2];
    assert!(matches!(before_last, Event::Applied { done, .. } if *done == total));
    assert!(matches!(&events[events.len() - 1], Event::Up { .. }));

    assert!(Lock::try_take(machine.directory()).unwrap().is_some(), "the lock is free");
    assert_eq!(machine.ask("192.168.137.200:80"), "rs1");
    assert_eq!(machine.ask("192.168.137.201:80"), "rs2");
    sh("ip netns exec plain-rs1 ss -ltn | grep -q :80");
    let backend = |node: &str| BackendStatus {
        node: node.parse().unwrap(),
        port: 80,
        protocol: Protocol::Tcp,
        connections: 1,
        requests: 1,
        behaviour: Behaviour::Serves,
    };
    let expected = Status { backends: vec![backend("rs1"), backend("rs2")], faults: Vec::new() };
    assert_eq!(status(machine.directory()).unwrap(), expected);

    let journal = Journal::read(machine.directory()).unwrap();
    assert_eq!(Journal::in_force(journal).len(), total);
    let cleaned = machine.clean().unwrap();
    assert_eq!(cleaned, Cleaned { namespaces: 4, processes: 0 });
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn a_supervisor_that_is_told_to_end_takes_the_lab_along() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    let supervisor = machine.supervisor();
    supervisor.kill(Signal::SIGTERM).unwrap();
    assert_eq!(supervisor.wait_gone(PATIENCE).unwrap(), Exit::Gone);
    machine.assert_empty();
    assert!(matches!(status(machine.directory()), Err(SupervisorError::Silent(_))));
}

#[test]
#[ignore = "needs root"]
fn what_hinders_a_supervisor_before_it_builds_is_told() {
    let machine = Machine::new();
    machine.directory().create().unwrap();
    std::fs::create_dir(machine.directory().journal()).unwrap();
    let message = machine.caller(PLAIN).failure().0;
    assert_eq!(message, "cannot open `/run/lvs-lab/plain/journal`: EISDIR (Is a directory)");
    machine.clean().unwrap();

    machine.directory().create().unwrap();
    std::fs::create_dir(machine.directory().socket()).unwrap();
    let message = machine.caller(PLAIN).failure().0;
    let socket = "/run/lvs-lab/plain/control.sock";
    let expected = format!("cannot listen on `{socket}`: EADDRINUSE (Address already in use)");
    assert_eq!(message, expected);
    machine.clean().unwrap();
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn commands_run_where_the_user_is() {
    let machine = Machine::new();
    let here = std::env::current_dir().unwrap();
    machine.up_with(&with_command("pwd > /run/where"));
    assert_eq!(std::fs::read_to_string("/run/where").unwrap().trim(), here.to_str().unwrap());
    let cwd = std::fs::read_link(format!("/proc/{}/cwd", machine.supervisor().pid)).unwrap();
    assert_eq!(cwd.to_str().unwrap(), "/", "the supervisor keeps no directory busy");
    machine.clean().unwrap();
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn a_failing_command_undoes_everything() {
    let machine = Machine::new();
    let mut caller = machine.caller(&with_command("echo so what; exit 3"));
    let (message, undone, left) = caller.failure();
    assert_eq!(
        message,
        "cannot run `echo so what; exit 3` in node `client`: exit status: 3: so what"
    );
    let total = machine.assignment(PLAIN).plan().steps.len() + 1;
    let before = total - 1;
    assert_eq!(undone, format!("step {total} of {total} failed; steps {before}-1 were undone"));
    assert_eq!(left, Vec::<String>::new());
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn an_interrupted_build_is_undone() {
    an_endless_build_is_undone_by(|_, caller| caller.interrupt());
}

#[test]
#[ignore = "needs root"]
fn a_signal_to_the_supervisor_undoes_the_build() {
    an_endless_build_is_undone_by(|machine, _| {
        machine.supervisor().kill(Signal::SIGTERM).unwrap();
    });
}

fn an_endless_build_is_undone_by(ending: impl FnOnce(&Machine, &mut Caller)) {
    let machine = Machine::new();
    let mut caller = machine.caller(&with_command(ENDLESS));
    let command = endless();
    ending(&machine, &mut caller);
    let (message, _, left) = caller.failure();
    assert_eq!((message.as_str(), left.len()), ("interrupted by SIGTERM", 0));
    assert!(!command.is_alive());
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn a_killed_caller_means_that_the_build_is_undone() {
    let machine = Machine::new();
    let caller = machine.caller(&with_command(ENDLESS));
    let command = endless();
    let supervisor = machine.supervisor();
    caller.kill();
    assert_eq!(supervisor.wait_gone(PATIENCE).unwrap(), Exit::Gone);
    assert!(!command.is_alive());
    assert!(!machine.directory().exists());
    assert_eq!(machine.clean().unwrap(), Cleaned::default(), "the lock file goes");
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn a_killed_supervisor_leaves_what_can_be_cleaned() {
    let machine = Machine::new();
    let mut caller = machine.caller(&with_command(ENDLESS));
    let command = endless();
    machine.supervisor().kill(Signal::SIGKILL).unwrap();
    assert!(!caller.events().iter().any(|event| matches!(event, Event::Failed { .. })));
    drop(caller);
    let cleaned = machine.clean().unwrap();
    assert_eq!((cleaned.namespaces, cleaned.processes), (4, 1));
    assert!(!command.is_alive());
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn whenever_the_supervisor_is_killed_nothing_is_left_after_cleaning() {
    let machine = Machine::new();
    // In steps through the whole time that a build takes, and a little more.
    for moment in 0..40 {
        let caller = machine.caller(PLAIN);
        let supervisor = machine.supervisor();
        assert_eq!(
            supervisor.wait_gone(Duration::from_micros(500 * moment)).unwrap(),
            Exit::Running
        );
        supervisor.kill(Signal::SIGKILL).unwrap();
        drop(caller);
        machine.clean().unwrap();
        machine.assert_empty();
    }
}

#[test]
#[ignore = "needs root"]
fn whenever_the_caller_is_killed_nothing_is_left_after_cleaning() {
    let machine = Machine::new();
    for moment in 0..40 {
        let caller = machine.caller(PLAIN);
        std::thread::sleep(Duration::from_micros(500 * moment));
        caller.kill();
        drop(caller);
        // The lock is free when the supervisor has undone its work, or the lab is up.
        machine.clean().unwrap();
        machine.assert_empty();
    }
}

#[test]
#[ignore = "needs root"]
fn up_again_finds_nothing_to_do_or_mends() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    assert_eq!(
        again(&machine, PLAIN),
        Event::Unchanged { lab: "plain".parse().unwrap(), left_alone: Vec::new() }
    );

    sh("ip netns del plain-rs1; ip -n plain-rs2 address flush dev eth0");
    let what = strings([
        "rs1: its namespace is missing",
        "rs2: address 192.168.137.201/24 is missing on eth0",
    ]);
    assert_eq!(again(&machine, PLAIN), Event::Repaired { what, left_alone: Vec::new() });
    assert_eq!(machine.ask("192.168.137.200:80"), "rs1");
    assert_eq!(machine.ask("192.168.137.201:80"), "rs2");

    sh("ip netns del plain-switch");
    let what = strings(["switch: its namespace is missing"]);
    assert_eq!(again(&machine, PLAIN), Event::Repaired { what, left_alone: Vec::new() });
    assert_eq!(machine.ask("192.168.137.200:80"), "rs1");
    machine.clean().unwrap();
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn a_changed_file_is_followed_or_refused() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    let moved = PLAIN.replace("137.201", "137.202");
    let what = strings([
        "rs2: remove address 192.168.137.201/24 from eth0",
        "rs2: add address 192.168.137.202/24 to eth0",
    ]);
    assert_eq!(again(&machine, &moved), Event::Changed { what, left_alone: Vec::new() });
    assert_eq!(machine.ask("192.168.137.202:80"), "rs2");

    let more = format!("{moved}  rs3: {{ addresses: {{ lan: 192.168.137.203 }} }}\n");
    let reasons = strings(["node `rs3` is new"]);
    assert_eq!(again(&machine, &more), Event::NeedsDown { reasons });
    assert_eq!(machine.recorded(), source(&moved));
    machine.clean().unwrap();
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn a_change_that_the_kernel_need_not_know_is_recorded() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    let summed = format!("{PLAIN}summary: As plain as can be\n");
    assert_eq!(
        again(&machine, &summed),
        Event::Unchanged { lab: "plain".parse().unwrap(), left_alone: Vec::new() }
    );
    assert_eq!(machine.recorded(), source(&summed));
    sh("ip -n plain-rs2 address flush dev eth0");
    assert!(matches!(again(&machine, PLAIN), Event::Repaired { .. }));
    assert_eq!(machine.recorded(), source(PLAIN));
    machine.clean().unwrap();
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn what_drifted_does_not_hinder_a_change() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    sh("ip netns del plain-rs2");
    let moved = PLAIN.replace("137.201", "137.202");
    let event = again(&machine, &moved);
    assert!(matches!(event, Event::Changed { .. }), "{event:?}");
    assert_eq!(machine.ask("192.168.137.202:80"), "rs2");
    assert!(matches!(again(&machine, &moved), Event::Unchanged { .. }));
    machine.clean().unwrap();
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn a_change_that_fails_is_taken_back() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    let bad = PLAIN.replace("137.201 }", "137.202 }, sysctls: { net.ipv4.no_such_thing: 1 }");
    let fault = "open: ENOENT (No such file or directory)";
    let message = format!("cannot set net.ipv4.no_such_thing to 1 in node `rs2`: {fault}");
    let undone = "the lab was brought back to what it was".to_owned();
    assert_eq!(again(&machine, &bad), Event::Failed { message, undone, left: Vec::new() });
    assert_eq!(machine.ask("192.168.137.201:80"), "rs2");
    sh("! ip -n plain-rs2 address | grep -q 192.168.137.202");
    assert!(matches!(again(&machine, PLAIN), Event::Unchanged { .. }));
    machine.clean().unwrap();
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn who_says_nothing_hinders_nobody() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    let silent = UnixStream::connect(machine.directory().socket()).unwrap();
    assert_eq!(status(machine.directory()).unwrap().backends.len(), 2);
    drop(silent);
    machine.clean().unwrap();
    machine.assert_empty();
}
