//! A guest that dies under its lab.

use crate::support::{Place, Ran, eventually, unique};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::process::Stdio;

/// The process that leads the guest's, which is a child of the lab's supervisor.
fn guest(place: &Place, lab: &str) -> Pid {
    let record = std::fs::read(place.state().join(lab).join("record.json")).unwrap();
    let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
    let supervisor = &record["supervisor"]["pid"];
    let children = format!("/proc/{supervisor}/task/{supervisor}/children");
    let children = std::fs::read_to_string(children).unwrap();
    Pid::from_raw(children.trim().parse().unwrap())
}

#[test]
#[ignore = "needs the guest kernel"]
fn commands_that_wait_in_a_guest_that_dies_say_so_and_the_next_up_begins_anew() {
    let (place, lab) = (Place::new(), &unique("mortal"));
    let up = ["--kernel", "uml", "up", "plain", "--name", lab];
    place.run(&up).code(0);
    let mut waiting =
        place.program(&["exec", lab, "rs1", "--", "sh", "-c", "echo here; sleep 600.3"]);
    let waiting = waiting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = || place.exec(lab, "rs2", &["pgrep", "-f", "sleep 600.3"]).code == 0;
    eventually(begun, || "the command never began".to_owned());
    kill(guest(&place, lab), Signal::SIGKILL).unwrap();
    let waited = Ran::from(waiting.wait_with_output().unwrap()).code(4);
    waited.says("here").complains("died").complains("lvs-lab up");

    eventually(|| place.traces(&[lab]).processes.is_empty(), || "a process is left".into());
    place.run(&["exec", lab, "rs1", "--", "true"]).code(4).complains("dead");
    place.run(&up).code(0).says("is up, built in");
    place.run(&["request", lab, "-n", "2"]).code(0).says("rs1");
    place.run(&["down", lab]).code(0);
    place.traces(&[lab]).assert_none();
}
