//! Ctrl-C and SIGTERM in the middle of `up` and `test`.

use crate::support::{Place, Ran, eventually, replaced, topology, unique};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

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

/// The kernels that are processes of this machine and boot, or run, for a lab.
fn guests(lab: &str) -> Vec<Pid> {
    let name = format!("LVSLAB_HOSTNAME={lab}");
    let numbers = fs::read_dir("/proc").unwrap().flatten();
    let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let line = |pid: &i32| fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let named = |pid: &i32| line(pid).split(|byte| *byte == 0).any(|word| word == name.as_bytes());
    numbers.filter(named).map(Pid::from_raw).collect()
}

/// Starts the program and halts the guest that it boots, which so is never up.
fn while_booting(place: &Place, words: &[&str], lab: &str) -> Child {
    let mut command = place.program(words);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    eventually(|| !guests(lab).is_empty(), || format!("{lab} never began to boot"));
    // One that has ended since halts nothing, and the test sees that.
    guests(lab).into_iter().for_each(|pid| _ = kill(pid, Signal::SIGSTOP));
    child
}

/// Shorter than a boot may take, which is what it is not to wait for.
const SOON: Duration = Duration::from_secs(60);

#[test]
#[ignore = "needs the guest kernel"]
fn a_signal_ends_up_and_test_while_their_guest_boots() {
    let verbs: [&[&str]; 3] = [&["up"], &["test"], &["test", "--keep"]];
    let signals = [(Signal::SIGINT, 130), (Signal::SIGTERM, 143), (Signal::SIGHUP, 129)];
    for (verb, (signal, code)) in verbs.iter().flat_map(|v| signals.map(|s| (v, s))) {
        let (place, lab) = (Place::new(), &unique("boots"));
        let text = replaced(&topology("nat"), "name: nat", &format!("name: {lab}"));
        let file = place.write("boots.yaml", &text);
        let words = [&["--kernel", "uml"], *verb, &[&file]].concat();
        let child = while_booting(&place, &words, lab);
        let begun = Instant::now();
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap()).code(code);
        ran.complains(&format!("interrupted by {signal}"));
        assert!(begun.elapsed() < SOON, "{words:?} waited for the boot");
        place.traces(&[lab]).assert_none();
        eventually(|| memory_files() == 0, || "memory files are left".to_owned());
    }
}

/// Those of guests, while they have a name.
fn memory_files() -> usize {
    let names = fs::read_dir("/dev/shm").unwrap().flatten().map(|entry| entry.file_name());
    names.filter(|name| name.to_string_lossy().starts_with("vm_file-")).count()
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_guest_ends_with_a_killed_up_while_it_boots() {
    let (place, lab) = (Place::new(), &unique("orphan"));
    let mut child = while_booting(&place, &["--kernel", "uml", "up", "nat", "--name", lab], lab);
    child.kill().unwrap();
    child.wait().unwrap();
    eventually(|| guests(lab).is_empty(), || format!("the guest of {lab} boots on"));
    place.run(&["down", lab]).code(0);
    eventually(|| place.traces(&[lab]).is_none(), || format!("{:#?}", place.traces(&[lab])));
}
