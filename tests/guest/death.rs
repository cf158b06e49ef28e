//! How guests end, and that nothing is left of them.

use crate::lab::{Lab, Process, assert_success, eventually};
use crate::trials;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::process::{Child, Output};
use std::time::{Duration, Instant};

trials![
    stopping_leaves_nothing,
    a_killed_guest_tells_its_callers,
    a_guest_of_which_only_the_leader_was_killed_is_gone_too,
    a_killed_supervisor_takes_its_guest_along,
    a_stopped_guest_counts_as_hung,
    a_killed_callers_job_ends,
    a_guest_that_cannot_boot_says_why,
    a_second_guest_is_refused,
    one_job_in_a_guest_of_its_own,
    a_killed_test_leaves_nothing,
];

fn signal(pid: i32, signal: Signal) {
    kill(Pid::from_raw(pid), signal).unwrap();
}

fn stopping_leaves_nothing() {
    let lab = Lab::up();
    let waiting = waiting(&lab);
    assert_success(&lab.role("stop").output().unwrap(), "");
    assert!(lab.processes().is_empty(), "stop returned too early");
    assert!(lab.path().join("ended").exists());
    lab.assert_gone();
    assert_died(waiting.wait_with_output().unwrap(), "it was stopped");
    assert_success(&lab.role("stop").output().unwrap(), "");
}

/// A caller that waits for its job.
fn waiting(lab: &Lab) -> Child {
    let mut child = lab.spawn("echo ready; sleep 1000");
    let mut ready = [0; 6];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
    child
}

fn assert_died(output: Output, why: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("the guest died") && said.contains(why), "{said}");
}

fn a_killed_guest_tells_its_callers() {
    let lab = Lab::up();
    let waiting = waiting(&lab);
    signal(-lab.leader().pid, Signal::SIGKILL);
    assert_died(waiting.wait_with_output().unwrap(), "SIGKILL");
    lab.assert_gone();
    let next = lab.run("true");
    assert_eq!(String::from_utf8_lossy(&next.stderr), "no guest is running here\n");
    assert_success(&lab.role("start").output().unwrap(), "");
}

fn a_guest_of_which_only_the_leader_was_killed_is_gone_too() {
    let lab = Lab::up();
    let waiting = waiting(&lab);
    assert!(lab.processes().len() > 1);
    signal(lab.leader().pid, Signal::SIGKILL);
    assert_died(waiting.wait_with_output().unwrap(), "SIGKILL");
    lab.assert_gone();
}

fn a_killed_supervisor_takes_its_guest_along() {
    let lab = Lab::up();
    let waiting = waiting(&lab);
    signal(lab.leader().parent, Signal::SIGKILL);
    assert_died(waiting.wait_with_output().unwrap(), "supervisor is gone");
    eventually("processes are left", || lab.processes().is_empty());
    assert_success(&lab.role("start").output().unwrap(), "");
    assert_success(&lab.run("echo again"), "again\n");
}

fn a_stopped_guest_counts_as_hung() {
    let lab = Lab::up();
    signal(-lab.leader().pid, Signal::SIGSTOP);
    assert_died(lab.run("true"), "it did not read its channel for 30 s");
    lab.assert_gone();
}

fn a_killed_callers_job_ends() {
    let lab = Lab::up();
    for script in
        ["echo ready; sleep 1001", "trap '' HUP TERM; echo ready; while :; do sleep 1001; done"]
    {
        let mut child = lab.spawn(script);
        let mut ready = [0; 6];
        std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        eventually("its job is left", || lab.run("pgrep -f 'sleep 100[1]'").stdout.is_empty());
    }
}

fn a_guest_that_cannot_boot_says_why() {
    let lab = Lab::new();
    let output = lab.role("start").env("GUEST_INIT", "/bin/false").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.starts_with("the guest kernel did not come up: "), "{said}");
    assert!(said.contains("Attempted to kill init"), "{said}");
    lab.assert_gone();
}

fn a_second_guest_is_refused() {
    let lab = Lab::up();
    let output = lab.role("start").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("another guest is running here"), "{said}");
    assert!(lab.path().join("log").exists() && !lab.path().join("ended").exists());
    assert_success(&lab.run("echo alive"), "alive\n");
}

fn one_job_in_a_guest_of_its_own() {
    let lab = Lab::new();
    let output = lab.role("once").arg("echo one; printf two; exit 9").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "line: one\nline: two\n");
    assert_eq!(output.status.code(), Some(9), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(lab.processes().is_empty(), "once returned too early");
}

/// Memory files that have not been unlinked.
fn litter() -> usize {
    let names = std::fs::read_dir("/dev/shm").unwrap().flatten().map(|entry| entry.file_name());
    names.filter(|name| name.to_string_lossy().starts_with("vm_file-")).count()
}

fn a_killed_test_leaves_nothing() {
    let lab = Lab::new();
    let mut seen: Vec<Process> = Vec::new();
    for attempt in 0..15 {
        let mut child = lab.role("once").arg("sleep 1000").spawn().unwrap();
        let end = Instant::now() + Duration::from_millis(attempt * 20);
        while Instant::now() < end {
            seen.extend(lab.processes());
            std::thread::sleep(Duration::from_millis(5));
        }
        if attempt == 14 {
            eventually("no guest was ever seen", || {
                !seen.is_empty() || !lab.processes().is_empty()
            });
        }
        child.kill().unwrap();
        child.wait().unwrap();
        eventually("processes are left", || lab.processes().is_empty());
    }
    assert_eq!(std::fs::read_dir(lab.path()).unwrap().count(), 0);
    eventually("memory files are left", || litter() == 0);
}
