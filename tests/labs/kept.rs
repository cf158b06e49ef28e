//! `test --scenario`, `--keep` and `--live`: which scenarios run, and in which lab.

use crate::support::{Place, Ran, replaced, topology, unique};
use std::path::Path;

/// The nat lab under this name, with an expectation that no traffic meets.
fn wrong(place: &Place, name: &str) -> String {
    let text = replaced(&topology("nat"), "name: nat", &format!("name: {name}"));
    let wrong = "distribution: { rs1: 60, rs2: 40 }";
    place.write("wrong.yaml", &replaced(&text, "distribution: { rs1: 50, rs2: 50 }", wrong))
}

/// The plain lab under this name, with a scenario that fails.
fn wrong_plain(place: &Place, name: &str) -> String {
    let text = replaced(&topology("plain"), "name: plain", &format!("name: {name}"));
    place.write("plain.yaml", &replaced(&text, "status: 200", "status: 404"))
}

fn report(place: &Place) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(place.file("report")).unwrap()).unwrap()
}

#[test]
fn an_unknown_scenario_is_refused_and_the_near_one_named() {
    let place = Place::new();
    let ran = place.run(&["test", "nat", "--scenario", "sequense"]).code(2);
    ran.complains("no scenario `sequense`").complains("did you mean `sequence`?");
    let ran = place.run(&["test", "nat", "plain", "--scenario", "one-server"]).code(2);
    ran.complains("`nat` has none of these scenarios").complains("round-robin, sequence");
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_chosen_scenario_runs_alone_on_every_kernel() {
    let place = Place::new();
    for (kernel, lab, chosen, other) in
        [("uml", "nat", "sequence", "round-robin"), ("host", "plain", "one-server", "sequence")]
    {
        let ran = place.run(&["--kernel", kernel, "test", lab, "--scenario", chosen]).code(0);
        assert!(ran.stdout.contains(&format!("  {chosen}: ")), "{ran}");
        assert!(!ran.stdout.contains(&format!("  {other}: ")), "{ran}");
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn the_guests_boot_is_told_beside_the_labs_building() {
    let place = Place::new();
    let to = format!("json={}", place.file("report").display());
    let words = ["--kernel", "uml", "test", "nat", "--scenario", "sequence", "--report", &to];
    place.run(&words).code(0).says(", booted in ").says(", up in ");
    let lab = &report(&place)["labs"][0];
    assert!(lab["boot_micros"].as_u64().unwrap() > 0, "{lab}");
    assert!(lab["micros"].as_u64() > lab["boot_micros"].as_u64(), "{lab}");
}

fn kept(place: &Place, kernel: &str, file: &str, name: &str) -> Ran {
    let to = format!("json={}", place.file("report").display());
    let ran = place.run(&["--kernel", kernel, "test", file, "--keep", "--report", &to]).code(1);
    assert_eq!(report(place)["labs"][0]["kept"], name);
    let ran = ran.says(&format!("{name} stays up")).says(&format!("lvs-lab down {name}"));
    place.run(&["status", name]).code(0).says("as the file says");
    ran
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_lab_that_failed_in_a_guest_is_kept_and_can_be_looked_at() {
    let (place, name) = (Place::new(), &unique("keptuml"));
    let file = wrong(&place, name);
    kept(&place, "uml", &file, name).says(", booted in ");
    let table = place.exec(name, "director", &["ipvsadm", "-L", "-n"]).code(0);
    table.says("192.168.136.100:80 rr");
    place
        .run(&["test", "--live", name, "--scenario", "round-robin"])
        .code(1)
        .says("rs1 60, rs2 40");
    place.run(&["status", name]).code(0);

    // Its name is taken: the next one that fails gets another.
    let next = &format!("{name}-2");
    kept(&place, "uml", &file, next);
    place.run(&["down", name, next]).code(0);
    place.traces(&[name, next]).assert_none();
}

#[test]
#[ignore = "needs root"]
fn a_lab_that_failed_on_the_running_kernel_is_kept_and_one_that_passed_is_not() {
    let (place, name) = (Place::new(), &unique("kept"));
    let file = wrong_plain(&place, name);
    kept(&place, "host", &file, name);
    assert!(Path::new("/run/netns").join(format!("{name}-client")).exists());
    place.run(&["down", name]).code(0);
    let good = place
        .write("good.yaml", &replaced(&topology("plain"), "name: plain", &format!("name: {name}")));
    let ran = place.run(&["--kernel", "host", "test", &good, "--keep"]).code(0);
    assert!(!ran.stdout.contains("stays up"), "{ran}");
    place.traces(&[name]).assert_none();
}

#[test]
#[ignore = "needs root"]
fn faults_and_loads_of_a_live_lab_are_those_of_its_holder() {
    let (place, name) = (Place::new(), &unique("live"));
    let scenario = "scenarios:
  stopped:
    steps:
      - load: { from: client, url: \"http://192.168.137.200/\", rate: 50 }
      - fault: { stop: rs2 }
      - request: { from: client, url: \"http://192.168.137.201/\", count: 2 }
        expect: { failures: 2 }
      - wait: 200ms
      - stop: load
        expect: { lost: 0 }
";
    let text = topology("plain");
    let text = format!("{}{scenario}", text.split_once("scenarios:").unwrap().0);
    let file = place.write("stopped.yaml", &text);
    place.run(&["--kernel", "host", "up", &file, "--name", name]).code(0);
    place.run(&["test", "--live", name]).code(0).says("✓ failures: ").says("✓ lost: ");
    place.run(&["status", name]).code(0).says("as the file says");
    // The scenarios of another topology.
    place.run(&["test", "plain", "--live", name]).code(0).says("8 passed");
}
