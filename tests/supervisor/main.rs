//! The process that holds a lab, on the running kernel: built, asked, mended, stopped, killed.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test panics when it fails")]

mod machine;

use lvs_lab::engine::Cleaned;
use lvs_lab::report::Event;
use lvs_lab::state::{Exit, Lock};
use lvs_lab::supervisor::{Client, Reconciled, SupervisorError};
use machine::{ENDLESS, LONG, Machine, PLAIN, blueprint, endless, sh, with_command};
use nix::sys::signal::Signal;
use std::time::Duration;

fn reconcile(machine: &Machine, text: &str) -> (Reconciled, Vec<Event>) {
    let mut events = Vec::new();
    let client = Client::connect(machine.directory()).unwrap();
    let how = client.reconcile(blueprint(text), &mut |event| events.push(event)).unwrap();
    (how, events)
}

#[test]
#[ignore = "needs root"]
fn a_lab_is_built_serves_and_outlives_its_caller() {
    let machine = Machine::new();
    let mut caller = machine.caller(PLAIN);
    let events = caller.events();
    drop(caller);
    let total = blueprint(PLAIN).plan.steps.len();
    assert!(matches!(&events[0], Event::Building { operations, .. } if *operations == total));
    let before_last = &events[events.len() - 2];
    assert!(matches!(before_last, Event::Applied { done, .. } if *done == total));
    assert!(matches!(&events[events.len() - 1], Event::Up { .. }));

    assert!(Lock::try_take(machine.directory()).unwrap().is_some(), "the lock is free");
    assert_eq!(machine.ask("192.168.137.200:80"), "rs1");
    assert_eq!(machine.ask("192.168.137.201:80"), "rs2");
    sh("ip netns exec plain-rs1 ss -ltn | grep -q :80");
    let status = Client::connect(machine.directory()).unwrap().status().unwrap();
    assert_eq!(status.blueprint, blueprint(PLAIN));
    let asked = |node: &str| {
        let backend = status.backends.iter().find(|backend| backend.node.as_str() == node).unwrap();
        (backend.port, backend.requests, backend.connections)
    };
    assert_eq!((asked("rs1"), asked("rs2")), ((80, 1, 1), (80, 1, 1)));

    let cleaned = machine.clean().unwrap();
    assert_eq!(cleaned, Cleaned { operations: total, namespaces: 4, processes: 0 });
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn an_orderly_end_leaves_the_lab_to_be_cleaned() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    let supervisor = machine.supervisor();
    Client::connect(machine.directory()).unwrap().stop().unwrap();
    assert_eq!(supervisor.wait_gone(LONG).unwrap(), Exit::Gone);
    let error = Client::connect(machine.directory()).unwrap_err();
    assert!(matches!(error, SupervisorError::Dead(_)), "{error}");
    assert_eq!(machine.clean().unwrap().namespaces, 4);
    let error = Client::connect(machine.directory()).unwrap_err();
    assert_eq!(error.to_string(), "lab `plain` is not up");
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
    let total = blueprint(PLAIN).plan.steps.len() + 1;
    let before = total - 1;
    assert_eq!(undone, format!("step {total} of {total} failed; steps {before}-1 were undone"));
    assert_eq!(left, Vec::<String>::new());
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn an_interrupted_build_is_undone() {
    let machine = Machine::new();
    let mut caller = machine.caller(&with_command(ENDLESS));
    let command = endless();
    caller.interrupt();
    let (message, _, left) = caller.failure();
    assert_eq!((message.as_str(), left.len()), ("interrupted by SIGINT", 0));
    assert!(!command.is_alive());
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn a_signal_to_the_supervisor_undoes_the_build() {
    let machine = Machine::new();
    let mut caller = machine.caller(&with_command(ENDLESS));
    let command = endless();
    machine.supervisor().kill(Signal::SIGTERM).unwrap();
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
    assert_eq!(supervisor.wait_gone(LONG).unwrap(), Exit::Gone);
    assert!(!command.is_alive());
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
    assert_eq!(caller.heard, ["the supervisor of lab `plain` died"]);
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
    let (how, events) = reconcile(&machine, PLAIN);
    assert_eq!(how, Reconciled::AsPlanned);
    assert_eq!(events, [Event::Unchanged { lab: "plain".parse().unwrap() }]);

    sh("ip netns del plain-rs1; ip -n plain-rs2 address flush dev eth0");
    let (how, events) = reconcile(&machine, PLAIN);
    assert_eq!(how, Reconciled::AsPlanned, "{events:?}");
    let what =
        ["rs1: its namespace is missing", "rs2: address 192.168.137.201/24 is missing on eth0"];
    assert_eq!(events, [Event::Repaired { what: what.map(str::to_owned).to_vec() }]);
    assert_eq!(machine.ask("192.168.137.200:80"), "rs1");
    assert_eq!(machine.ask("192.168.137.201:80"), "rs2");

    sh("ip netns del plain-switch");
    let (how, events) = reconcile(&machine, PLAIN);
    assert_eq!(how, Reconciled::AsPlanned, "{events:?}");
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
    let (how, events) = reconcile(&machine, &moved);
    assert_eq!(how, Reconciled::AsPlanned);
    let what = [
        "rs2: remove address 192.168.137.201/24 from eth0",
        "rs2: add address 192.168.137.202/24 to eth0",
    ];
    assert_eq!(events, [Event::Changed { what: what.map(str::to_owned).to_vec() }]);
    assert_eq!(machine.ask("192.168.137.202:80"), "rs2");
    let status = Client::connect(machine.directory()).unwrap().status().unwrap();
    assert_eq!(status.blueprint, blueprint(&moved));

    let (how, events) = reconcile(
        &machine,
        &format!("{moved}  rs3: {{ addresses: {{ lan: 192.168.137.203 }} }}\n"),
    );
    let reasons = vec!["node `rs3` is new".to_owned()];
    assert_eq!((how, events), (Reconciled::NeedsDown { reasons }, Vec::new()));
    machine.clean().unwrap();
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn a_change_that_fails_is_taken_back() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    let bad = PLAIN.replace("137.201 }", "137.202 }, sysctls: { net.ipv4.no_such_thing: 1 }");
    let (how, events) = reconcile(&machine, &bad);
    assert_eq!(how, Reconciled::Failed);
    let message = "cannot set net.ipv4.no_such_thing to 1 in node `rs2`: open: ENOENT (No such file or directory)";
    let undone = "the lab was brought back to what it was";
    let (message, undone) = (message.to_owned(), undone.to_owned());
    assert_eq!(events, [Event::Failed { message, undone, left: Vec::new() }]);
    assert_eq!(machine.ask("192.168.137.201:80"), "rs2");
    let (how, events) = reconcile(&machine, PLAIN);
    assert_eq!(how, Reconciled::AsPlanned);
    assert!(matches!(events[..], [Event::Unchanged { .. }]), "{events:?}");
    machine.clean().unwrap();
    machine.assert_empty();
}
