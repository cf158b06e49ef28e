//! Ctrl-C and SIGTERM in the middle of `up` and `test`.

use crate::support::{Place, Ran, eventually, replaced, topology, unique};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::process::Stdio;

/// A lab whose building stops at a command that never ends.
fn slow(place: &Place) -> String {
    let command = "rs2: { commands: [exec sleep 600.7], addresses";
    place.write("slow.yaml", &replaced(&topology("plain"), "rs2: { addresses", command))
}

/// Starts the program, waits until its lab has come to that command, and sends a signal.
fn interrupted(place: &Place, words: &[&str], lab: &str, signal: Signal) -> Ran {
    let mut command = place.program(words);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let journal = place.state().join(lab).join("journal");
    let reached = || fs::read_to_string(&journal).is_ok_and(|text| text.contains("sleep 600.7"));
    eventually(reached, || format!("{lab} never came to its command"));
    kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
#[ignore = "needs root"]
fn an_interrupted_up_takes_everything_back_and_says_so() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let (place, name) = (Place::new(), &unique("stopped"));
        let file = slow(&place);
        let words = ["--kernel", "host", "up", &file, "--name", name];
        let ran = interrupted(&place, &words, name, signal).code(4);
        ran.complains("interrupted").complains("were undone");
        place.traces(&[name]).assert_none();
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn an_interrupted_up_in_a_guest_takes_everything_back_and_says_so() {
    let (place, lab) = (Place::new(), &unique("stopuml"));
    let file = slow(&place);
    let words = ["--kernel", "uml", "up", &file, "--name", lab];
    let mut command = place.program(&words);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = || place.exec(lab, "client", &["pgrep", "-f", "sleep 600.7"]).code == 0;
    eventually(begun, || "the guest never came to its command".to_owned());
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).code(4);
    ran.complains("interrupted").complains("were undone");
    place.traces(&[lab]).assert_none();
}

#[test]
#[ignore = "needs root"]
fn a_failing_command_is_named_and_everything_is_taken_back() {
    let (place, lab) = (Place::new(), &unique("failing"));
    let text = topology("plain");
    let text = replaced(&text, "rs2: { addresses", "rs2: { commands: [\"exit 9\"], addresses");
    let file = place.write("failing.yaml", &text);
    for kernel in ["host", "uml"] {
        let ran = place.run(&["--kernel", kernel, "up", &file, "--name", lab]).code(4);
        ran.complains("exit 9").complains("node `rs2`").complains("were undone");
        place.traces(&[lab]).assert_none();
    }
}
