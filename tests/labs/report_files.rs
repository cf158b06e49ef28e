//! The report files of `test`: refused before anything is built, and whole when it is interrupted.

use crate::support::{Place, Ran, eventually, topology};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use std::fs;
use std::process::{Command, Stdio};

/// A lab whose second step never ends; the third is not reached.
fn endless(place: &Place, name: &str) -> String {
    let text = topology("plain");
    let request = "- request: { from: client, url: \"http://192.168.137.200/\", count: 2 }";
    let scenario = format!(
        "scenarios:\n  first:\n    steps:\n      {request}\n        expect: {{ failures: 0 }}\n  \
         second:\n    steps:\n      {request}\n        expect: {{ failures: 0 }}\n      \
         - wait: 180m\n      {request}\n"
    );
    let text = text.replace("name: plain", &format!("name: {name}"));
    place.write("endless.yaml", &format!("{}{scenario}", text.split_once("scenarios:").unwrap().0))
}

/// Where each kind of report goes, and the words for it.
fn reports(place: &Place) -> Vec<String> {
    let kinds = ["json", "junit", "tap", "html"];
    kinds.iter().map(|kind| format!("{kind}={}", place.file(kind).display())).collect()
}

fn read(place: &Place, kind: &str) -> String {
    fs::read_to_string(place.file(kind)).unwrap()
}

/// Whether Python's reader of XML takes a file.
fn is_xml(place: &Place, kind: &str) -> bool {
    let reader = "import sys, xml.dom.minidom as m; m.parse(sys.argv[1])";
    let status = Command::new("python3").args(["-c", reader]).arg(place.file(kind)).status();
    status.unwrap().success()
}

/// Runs tests until the second scenario of the first lab waits, and sends a signal.
fn interrupted(place: &Place, words: &[&str], signal: Signal) -> Ran {
    let reports = reports(place);
    let mut command = place.program(words);
    command.args(reports.iter().flat_map(|report| ["--report", report]));
    let log = fs::File::create(place.file("out")).unwrap();
    let child = command.stdout(log).stderr(Stdio::piped()).spawn().unwrap();
    let waits = || read(place, "out").matches("✓ failures").count() == 2;
    eventually(waits, || format!("it never came to its wait:\n{}", read(place, "out")));
    kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
    let mut ran = Ran::from(child.wait_with_output().unwrap());
    ran.stdout = read(place, "out");
    ran
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_anything_is_built() {
    let place = Place::new();
    let to = format!("html={}/no/such/folder", place.file("a").display());
    let ran = place.run(&["test", "plain", "--report", &to]).code(2);
    assert_eq!(ran.stdout, "");
    ran.complains("cannot write the report").complains("No such file or directory");
    let to = format!("json={}", place.file("a").display());
    let ran = place.run(&["test", "plain", "--report", &to, "--report", &to]).code(2);
    ran.complains("two reports cannot go to");
}

fn leaves_what_was_found(kernel: &str, flags: &[&str], signal: Signal) {
    let place = Place::new();
    let name = crate::support::unique(&format!("endless{kernel}"));
    let file = endless(&place, &name);
    let words = [&["--kernel", kernel, "test", &file, "plain"], flags].concat();
    let ran = interrupted(&place, &words, signal).code(128 + signal as i32);
    let by = format!("interrupted by {signal}");
    let ran = ran.complains(&by);
    assert!(!ran.stdout.contains("stays up"), "{ran}");

    let json: Value = serde_json::from_str(&read(&place, "json")).unwrap();
    assert_eq!((json["error"].as_str(), json["verdict"].as_str()), (Some(&*by), Some("errored")));
    let [cut, waiting] = json["labs"].as_array().unwrap().as_slice() else { panic!("{json}") };
    let verdicts: Vec<_> =
        cut["scenarios"].as_array().unwrap().iter().map(|s| &s["verdict"]).collect();
    assert_eq!(verdicts, ["passed", "errored"]);
    assert_eq!(cut["scenarios"][1]["steps"].as_array().unwrap().len(), 1);
    assert_eq!(
        (cut["error"].as_str(), waiting["error"].as_str()),
        (Some(&*by), Some("its turn did not come"))
    );

    assert!(is_xml(&place, "junit") && read(&place, "junit").contains(&by));
    assert!(is_xml(&place, "html") && read(&place, "html").contains(&by));
    assert!(read(&place, "tap").ends_with(&format!("Bail out! {by}\n")));
    place.traces(&[&name]).assert_none();
}

#[test]
#[ignore = "needs root"]
fn an_interrupted_run_on_the_running_kernel_reports_what_it_found() {
    leaves_what_was_found("host", &[], Signal::SIGINT);
    leaves_what_was_found("host", &["--keep"], Signal::SIGTERM);
}

#[test]
#[ignore = "needs the guest kernel"]
fn an_interrupted_run_in_a_guest_reports_what_it_found() {
    leaves_what_was_found("uml", &[], Signal::SIGTERM);
    leaves_what_was_found("uml", &["--keep"], Signal::SIGINT);
}

#[test]
#[ignore = "needs root"]
fn a_run_that_is_killed_leaves_reports_that_say_it_has_not_ended() {
    let place = Place::new();
    let name = crate::support::unique("killedrun");
    let file = endless(&place, &name);
    let _ = interrupted(&place, &["--kernel", "host", "test", &file], Signal::SIGKILL);
    let json: Value = serde_json::from_str(&read(&place, "json")).unwrap();
    assert_eq!(json["error"], "the run has not come to its end");
    assert!(is_xml(&place, "junit") && is_xml(&place, "html"));
    assert!(read(&place, "tap").contains("Bail out! "));
}
