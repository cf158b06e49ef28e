//! The program as a new user meets it: no root, no guest, wrong words.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use support::{program, run};
use tempfile::TempDir;

const VERBS: [&str; 15] = [
    "check",
    "plan",
    "explain",
    "export",
    "up",
    "down",
    "status",
    "ipvs",
    "exec",
    "shell",
    "request",
    "test",
    "doctor",
    "init",
    "completions",
];

fn state() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn file(folder: &Path, text: &str) -> String {
    let path = folder.join("lab.yaml");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn alone_it_says_what_it_can_do() {
    run(state().path(), &[]).code(2).complains("Usage: lvs-lab").complains("Build a lab");
}

#[test]
fn every_verb_has_help_that_fits_sixty_columns_of_terminal() {
    let state = state();
    for verb in VERBS {
        let output = program(state.path()).args([verb, "--help"]).env("COLUMNS", "60").output();
        let help = support::Ran::from(output.unwrap()).code(0).says("Usage:").stdout;
        assert!(help.lines().count() > 3, "{verb}: {help}");
    }
}

#[test]
fn a_wrong_name_is_answered_with_the_right_ones() {
    let ran = run(state().path(), &["up", "natt"]).code(2);
    ran.complains("there is no topology called `natt`").complains("did you mean `nat`?");
}

#[test]
fn a_missing_file_is_named() {
    run(state().path(), &["check", "no/such.yaml"]).code(2).complains("cannot read `no/such.yaml`");
}

#[test]
fn a_lab_name_is_no_path() {
    let state = state();
    run(state.path(), &["down", "../x"]).code(2).complains("`../x`");
    run(state.path(), &["plan", "nat", "--name", "../x"]).code(2).complains("`../x`");
}

#[test]
fn tabs_and_empty_files_are_explained() {
    let state = state();
    let tabs = file(state.path(), "name: x\nnetworks:\n\ta: 10.0.0.0/24\n");
    run(state.path(), &["check", &tabs]).code(2).says("lab.yaml:3:1").says("tab");
    let empty = file(state.path(), "");
    run(state.path(), &["check", &empty]).code(2).says("empty");
}

#[test]
fn check_speaks_json_to_editors() {
    let state = state();
    let faulty = file(state.path(), "name: x\nnetwroks: {}\n");
    let ran = run(state.path(), &["check", "--format", "json", &faulty]).code(2);
    let faults = ran.json();
    let unknown = faults.as_array().unwrap().iter().find(|f| f["line"] == 2).unwrap();
    assert!(unknown["help"].as_str().unwrap().contains("`networks`"), "{unknown}");
}

#[test]
fn the_plan_of_every_built_in_topology_is_as_before() {
    let state = state();
    for topology in ["nat", "dr", "dr-multinet", "tun", "fullnat", "plain"] {
        let plan = run(state.path(), &["plan", topology]).code(0).stdout;
        insta::assert_snapshot!(format!("plan-{topology}"), plan);
    }
}

#[test]
fn explain_and_export_say_it_in_commands() {
    let state = state();
    insta::assert_snapshot!("explain-nat", run(state.path(), &["explain", "nat"]).code(0).stdout);
    let script = run(state.path(), &["export", "dr", "--format", "sh"]).code(0).stdout;
    insta::assert_snapshot!("export-dr", script);
    let table = run(state.path(), &["export", "nat", "--format", "ipvsadm"]).code(0).stdout;
    insta::assert_snapshot!("ipvsadm-nat", table);
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let state = state();
    let mut child = program(state.path())
        .args(["explain", "dr-multinet"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    assert_eq!(said, "");
}

#[test]
fn colour_is_for_terminals_and_for_who_asks() {
    let state = state();
    let plain = run(state.path(), &["plan", "nat"]).stdout;
    assert!(!plain.contains('\x1b'));
    let coloured = run(state.path(), &["plan", "nat", "--color", "always"]).stdout;
    assert!(coloured.contains('\x1b'));
}

#[test]
fn init_writes_a_valid_file_once() {
    let state = state();
    let path = state.path().join("mine.yaml");
    let path = path.to_str().unwrap();
    run(state.path(), &["init", path]).code(0);
    run(state.path(), &["check", path]).code(0).says("no fault found");
    run(state.path(), &["init", path]).code(2).complains("exists already");
    run(state.path(), &["init", path, "--force", "--from", "dr"]).code(0);
    run(state.path(), &["check", path]).code(0);
}

#[test]
fn without_a_lab_the_other_verbs_say_so() {
    let state = state();
    run(state.path(), &["status"]).code(0);
    for words in [&["ipvs"][..], &["request"], &["shell"], &["exec", "nat", "rs1", "--", "true"]] {
        run(state.path(), words).code(2).complains("no lab");
    }
    run(state.path(), &["down"]).code(0);
    run(state.path(), &["down", "nat"]).code(0);
}

#[test]
fn a_state_directory_that_cannot_be_written_is_named() {
    let ran = run(Path::new("/proc/nowhere"), &["up", "plain"]);
    assert!([3, 4].contains(&ran.code), "{}", ran.stderr);
    ran.complains("/proc/nowhere");
}
