//! `test`: what is proved, what is refuted, and what cannot be measured.

use crate::support::{Place, replaced, topology as text_of};
use lvs_lab::topology;
use serde_json::Value;

/// Every built-in lab but those of the lecture notes, which tests/notes.rs proves, and those of
/// high availability, which tests/failover proves.
fn all() -> Vec<&'static str> {
    let names = topology::builtins().into_iter().map(|builtin| builtin.name);
    let lone = |name: &str| {
        let valid = topology::load(&topology::builtin(name).unwrap()).unwrap();
        valid.lab.high_availability.is_none() && !name.starts_with(topology::NOTES)
    };
    names.filter(|name| lone(name)).collect()
}

/// The number after `name="` in the first element of this kind.
fn attribute(xml: &str, element: &str, name: &str) -> u64 {
    let (_, rest) = xml.split_once(&format!("<{element} ")).unwrap();
    let (tag, _) = rest.split_once('>').unwrap();
    let (_, rest) = tag.split_once(&format!("{name}=\"")).unwrap();
    rest.split_once('"').unwrap().0.parse().unwrap()
}

fn checks(report: &Value) -> Vec<&Value> {
    let labs = report["labs"].as_array().unwrap().iter();
    let scenarios = labs.flat_map(|lab| lab["scenarios"].as_array().unwrap());
    let steps = scenarios.flat_map(|scenario| scenario["steps"].as_array().unwrap());
    steps.flat_map(|step| step["checks"].as_array().unwrap()).collect()
}

#[test]
#[ignore = "needs the guest kernel"]
fn every_built_in_lab_passes_two_at_a_time_and_the_reports_agree() {
    let (place, all) = (Place::new(), all());
    let [json, junit] = ["json", "junit"].map(|kind| place.file(kind));
    let mut words = vec!["--kernel", "uml", "test", "--jobs", "2"];
    let reports = [format!("json={}", json.display()), format!("junit={}", junit.display())];
    reports.iter().for_each(|report| words.extend(["--report", report]));
    let ran = place.run(&[&words[..], &all].concat()).code(0);
    all.iter().for_each(|lab| assert!(ran.stdout.contains(&format!("✓ {lab}: "))));

    let json: Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    let tested: Vec<_> = json["labs"].as_array().unwrap().iter().map(|l| &l["topology"]).collect();
    assert_eq!(tested, all);
    let passed = checks(&json).iter().filter(|c| c["outcome"]["verdict"] == "passed").count();
    assert_eq!((json["verdict"].as_str(), passed), (Some("passed"), checks(&json).len()));
    assert_eq!(json["counts"]["passed"].as_u64().unwrap(), passed as u64);

    let junit = std::fs::read_to_string(junit).unwrap();
    assert_eq!(attribute(&junit, "testsuites", "tests"), passed as u64);
    assert_eq!(junit.matches("<testcase ").count(), passed);
    assert_eq!(junit.matches("<testsuite ").count(), all.len());
    for kind in ["failures", "errors", "skipped"] {
        assert_eq!(attribute(&junit, "testsuites", kind), 0);
    }
    let parsed = std::process::Command::new("python3")
        .args(["-c", "import sys, xml.dom.minidom as m; m.parse(sys.argv[1])"])
        .arg(place.file("junit"))
        .status();
    assert!(parsed.unwrap().success());
    place.traces(&[]).assert_none();
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_wrong_expectation_fails_and_shows_all_that_there_is_to_know() {
    let place = Place::new();
    let wrong = "distribution: { rs1: 60, rs2: 40 }";
    let text = replaced(&text_of("nat"), "distribution: { rs1: 50, rs2: 50 }", wrong);
    let file = place.write("wrong.yaml", &text);
    let report = format!("json={}", place.file("report").display());
    let ran = place.run(&["--kernel", "uml", "test", &file, "--report", &report]).code(1);
    let ran = ran.says("rs1 60, rs2 40").says("rs1 50, rs2 50").says("100");
    let failures = ran.failures();
    assert!(failures.contains(&format!("{file} on uml ")), "{ran}");
    assert!(failures.contains("round-robin: ") && !failures.contains("sequence: "), "{ran}");
    assert!(failures.contains("observed rs1 50, rs2 50"), "{ran}");

    let line = 1 + text.lines().position(|line| line.contains(wrong)).unwrap();
    let column = 1 + text.lines().find_map(|line| line.find("{ rs1: 60")).unwrap();
    let ran =
        ran.says(&format!("wrong.yaml:{line}:{column}")).says("6 passed, 1 failed, 0 errored");

    let report: Value =
        serde_json::from_slice(&std::fs::read(place.file("report")).unwrap()).unwrap();
    let checks = checks(&report);
    let failed: Vec<_> = checks.iter().filter(|c| c["outcome"]["verdict"] == "failed").collect();
    let [failed] = failed.as_slice() else { panic!("one check should fail in {}", ran.stdout) };
    assert_eq!(failed["samples"], 100);
    assert_eq!(failed["position"], format!("{file}:{line}:{column}"));
    assert!(failed["waited_micros"].as_u64().unwrap() > 0);
    place.traces(&[]).assert_none();
}

#[test]
#[ignore = "needs the guest kernel"]
fn what_cannot_be_measured_is_an_error_and_no_pass() {
    let place = Place::new();
    // Nobody listens on port 81, so that there is no latency to speak of.
    let scenario = "scenarios:\n  silence:\n    - request: { from: client, \
        url: \"http://192.168.137.200:81/\", count: 2 }\n      expect: { latency: { p50: 1s } }\n";
    let text = text_of("plain");
    let text = format!("{}{scenario}", text.split_once("scenarios:").unwrap().0);
    let file = place.write("silent.yaml", &text);
    for kernel in ["host", "uml"] {
        let ran = place.run(&["--kernel", kernel, "test", &file]).code(4);
        ran.says("there was no answer").says("0 passed, 0 failed, 1 errored");
    }
    place.traces(&[]).assert_none();
}

#[test]
#[ignore = "needs root"]
fn a_lab_that_cannot_be_built_is_an_error_and_the_others_are_tested() {
    let place = Place::new();
    let text = text_of("plain");
    let text = replaced(&text, "rs1: { addresses", "rs1: { commands: [exit 9], addresses");
    let file = place.write("broken.yaml", &text);
    let ran = place.run(&["--kernel", "host", "test", &file, "plain"]).code(4);
    ran.says("exit 9").says("✓ plain: 8 passed");
    place.traces(&["plain"]).assert_none();
}
