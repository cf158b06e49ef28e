//! Faults in a lab that is up: what a client sees of them, and that they can be healed.

use super::machine::{Machine, PLAIN};
use lvs_lab::lab::{Fault, FaultKind, Healing};
use lvs_lab::plan::Behaviour;
use lvs_lab::report::Event;
use lvs_lab::supervisor::{disturb, heal, reconcile, status};
use std::io::ErrorKind;
use std::time::{Duration, Instant};

const RS1: &str = "192.168.137.200:80";

/// How long a client waits for what never comes.
const SHORT: Duration = Duration::from_millis(500);

fn fault(node: &str, kind: FaultKind) -> Fault {
    Fault { node: node.parse().unwrap(), kind }
}

fn cut() -> FaultKind {
    FaultKind::Cut { network: "lan".parse().unwrap() }
}

/// What is in force, in words.
fn in_force(machine: &Machine) -> Vec<String> {
    status(machine.directory()).unwrap().faults.iter().map(Fault::to_string).collect()
}

/// The first line of an answer, or how there was none.
fn seen(machine: &Machine, patience: Duration) -> Result<String, ErrorKind> {
    let answer = machine.try_to_ask(RS1, patience).map_err(|error| error.kind())?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

fn is_late(seen: Result<String, ErrorKind>) -> bool {
    matches!(seen, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut))
}

#[test]
#[ignore = "needs root"]
fn a_client_sees_each_fault_of_a_real_server_until_it_is_healed() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    let (dir, long) = (machine.directory(), crate::patience::PATIENCE);
    let served = Ok("HTTP/1.1 200 OK".to_owned());
    assert_eq!(seen(&machine, long), served);
    let later = Duration::from_millis(300);
    let kinds = [
        FaultKind::Stop,
        FaultKind::Hang,
        FaultKind::Fail { status: 503 },
        FaultKind::Slow { by: later },
        cut(),
        FaultKind::Isolate,
        FaultKind::Kill,
    ];
    for kind in kinds {
        disturb(dir, &fault("rs1", kind.clone())).unwrap();
        let begin = Instant::now();
        match kind {
            FaultKind::Stop => assert_eq!(seen(&machine, long), Err(ErrorKind::ConnectionRefused)),
            FaultKind::Fail { .. } => {
                let line = "HTTP/1.1 503 Service Unavailable".to_owned();
                assert_eq!(seen(&machine, long), Ok(line));
            }
            FaultKind::Slow { .. } => {
                assert_eq!(seen(&machine, long), served);
                assert!(begin.elapsed() >= later);
            }
            _ => assert!(is_late(seen(&machine, SHORT)), "{}", kind.keyword()),
        }
        assert_eq!(machine.ask("192.168.137.201:80"), "rs2");
        heal(dir, &Healing::Node("rs1".parse().unwrap())).unwrap();
        assert_eq!(seen(&machine, long), served, "{}", kind.keyword());
    }
    machine.clean().unwrap();
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn status_knows_the_faults_and_refusals_are_told() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    let dir = machine.directory();
    let refusal = |kind, node| disturb(dir, &fault(node, kind)).unwrap_err().to_string();
    assert_eq!(
        disturb(dir, &fault("rs1", FaultKind::Hang)).unwrap(),
        ["rs1: make the backend on port 80 hang"]
    );
    disturb(dir, &fault("rs2", cut())).unwrap();
    assert_eq!(in_force(&machine), ["hang rs1", "cut rs2 from lan"]);
    assert_eq!(status(dir).unwrap().backends[0].behaviour, Behaviour::Hangs);
    assert_eq!(refusal(FaultKind::Hang, "rs1"), "`hang rs1` is in force already");
    assert_eq!(refusal(FaultKind::Hang, "client"), "`hang client` changes nothing in this lab");
    let hung = "`hang nobody` changes nothing in this lab";
    assert_eq!(refusal(FaultKind::Hang, "nobody"), hung);

    assert_eq!(heal(dir, &Healing::Node("client".parse().unwrap())).unwrap(), [""; 0]);
    assert_eq!(heal(dir, &Healing::All).unwrap(), ["hang rs1", "cut rs2 from lan"]);
    assert_eq!(in_force(&machine), [""; 0]);
    machine.clean().unwrap();
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn up_again_heals_every_fault_first() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    for kind in [FaultKind::Stop, FaultKind::Kill] {
        disturb(machine.directory(), &fault("rs1", kind)).unwrap();
    }
    disturb(machine.directory(), &fault("rs2", cut())).unwrap();
    let more = PLAIN.replace("  rs2:", "  rs3: { addresses: { lan: 192.168.137.202 } }\n  rs2:");
    let needs = reconcile(&machine.assignment(&more)).unwrap();
    assert!(matches!(needs, Event::NeedsDown { .. }), "{needs:?}");
    assert_eq!(in_force(&machine).len(), 3, "nothing is healed for that");
    let healed = ["healed: stop rs1", "healed: kill rs1", "healed: cut rs2 from lan"];
    let event = reconcile(&machine.assignment(PLAIN)).unwrap();
    assert_eq!(
        event,
        Event::Repaired { what: healed.map(str::to_owned).to_vec(), left_alone: Vec::new() }
    );
    assert_eq!(machine.ask(RS1), "rs1");
    assert_eq!(machine.ask("192.168.137.201:80"), "rs2");
    assert!(matches!(reconcile(&machine.assignment(PLAIN)).unwrap(), Event::Unchanged { .. }));
    machine.clean().unwrap();
    machine.assert_empty();
}

#[test]
#[ignore = "needs root"]
fn a_lab_with_faults_goes_down_as_any_other() {
    let machine = Machine::new();
    machine.up_with(PLAIN);
    for node in ["rs1", "rs2", "client"] {
        disturb(machine.directory(), &fault(node, FaultKind::Kill)).unwrap();
    }
    machine.clean().unwrap();
    machine.assert_empty();
}
