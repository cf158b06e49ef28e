//! The program as a new user meets it: no root, no guest, wrong words.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use support::{program, run};
use tempfile::TempDir;

const VERBS: [&str; 18] = [
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
    "fault",
    "heal",
    "test",
    "doctor",
    "init",
    "schema",
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
        assert!(help.lines().all(|line| line.chars().count() <= 60), "{verb}: {help}");
    }
}

/// What `doctor` finds of a module of Perl's where these programs come first.
fn module(folder: &Path, perl: &str) -> Option<serde_json::Value> {
    for (name, script) in [("perl", perl), ("ldirectord", "exit 0")] {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let output = program(folder).args(["doctor", "--format", "json"]).env("PATH", path).output();
    let findings = support::Ran::from(output.unwrap()).json();
    let mut all = findings.as_array().unwrap().iter();
    all.find(|finding| finding["what"] == "Net::INET6Glue").cloned()
}

#[test]
fn the_doctor_misses_what_ldirectord_needs_for_ipv6() {
    let (missing, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let asked = "[ \"$1\" = -MNet::INET6Glue::INET_is_INET6 ] || exit 3";
    let missing = module(missing.path(), "exit 2").unwrap();
    assert_eq!(missing["bearing"], "note");
    assert_eq!(missing["mend"], "apt-get install libnet-inet6glue-perl");
    assert_eq!(module(there.path(), asked).unwrap()["bearing"], "good");
}

#[test]
fn every_global_flag_has_an_environment_variable() {
    let help = run(state().path(), &["--help"]).code(0).stdout;
    for name in ["KERNEL", "COLOR", "QUIET", "STATE_DIR"] {
        assert!(help.contains(&format!("LVS_LAB_{name}]")), "{name}: {help}");
    }
}

#[test]
fn who_gives_no_topology_is_shown_the_built_in_ones() {
    let listed = " LVS-TUN, requests travel";
    for verb in ["up", "test", "plan"] {
        run(state().path(), &[verb]).code(2).complains("<TOPOLOGY>").complains(listed);
        run(state().path(), &[verb, "--help"]).code(0).says(listed);
    }
}

#[test]
fn the_readme_shows_a_topology_as_it_is_and_names_verbs_that_are_there() {
    let readme = include_str!("../README.md");
    let nat = include_str!("../topologies/nat.yaml");
    let keys = &nat[nat.find("name: nat").unwrap()..];
    assert!(readme.contains(&format!("```yaml\n{keys}```")), "README.md shows another nat.yaml");
    for verb in readme.split("lvs-lab ").skip(1).filter_map(|rest| rest.split([' ', '`']).next()) {
        let is_word = verb.chars().all(|c| c.is_ascii_lowercase());
        assert!(!is_word || VERBS.contains(&verb) || verb == "turns", "`lvs-lab {verb}`");
    }
    for verb in VERBS {
        assert!(readme.contains(&format!("`{verb}")), "README.md does not name `{verb}`");
    }
}

#[test]
fn the_labs_pages_name_the_addresses_that_the_topologies_have() {
    let state = state();
    for lab in [
        "nat",
        "dr",
        "dr-multinet",
        "tun",
        "fullnat",
        "schedulers",
        "persistence",
        "udp",
        "sctp",
        "ipvs-settings",
        "fwmark",
        "run-time",
        "localnode",
        "ha",
        "ha-nat",
        "ha-active-active",
        "ha-sync",
    ] {
        let path = format!("{}/docs/labs/{lab}.md", env!("CARGO_MANIFEST_DIR"));
        let page = fs::read_to_string(path).unwrap();
        let parts = page.split("## ").next().unwrap();
        let plan = run(state.path(), &["plan", lab]).code(0).stdout;
        let words = parts.split(|c: char| c.is_whitespace() || ",|:".contains(c));
        let addresses: Vec<_> = words
            .filter(|word| {
                word.split('.').count() == 4 && word.starts_with(|c: char| c.is_ascii_digit())
            })
            .collect();
        assert!(addresses.len() > 3, "{lab}: {addresses:?}");
        for address in addresses {
            assert!(plan.contains(address), "docs/labs/{lab}.md: {address}");
        }
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
fn warnings_fail_only_where_that_is_asked_for() {
    let state = state();
    let warned = "notes/003-dr-without-arp";
    run(state.path(), &["check", warned]).code(0).says("warning[L146]");
    run(state.path(), &["check", "--strict", warned]).code(2).says("warning[L146]");
    run(state.path(), &["check", "--strict", "nat"]).code(0).says("no fault found");
}

#[test]
fn a_topology_may_come_from_standard_input() {
    let state = state();
    let nat = || fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/topologies/nat.yaml"));
    for (words, wanted) in [(["check", "-"], "no fault found"), (["plan", "-"], "nat-switch")] {
        let output = program(state.path()).args(words).stdin(nat().unwrap()).output().unwrap();
        support::Ran::from(output).code(0).says(wanted);
    }
}

#[test]
fn a_request_that_cannot_be_sent_is_refused_before_any_lab_is_asked() {
    for (flag, value) in [
        ("--url", "http://rs1/"),
        ("--path", "whoami"),
        ("--source-port", "0"),
        ("--timeout", "0s"),
        ("--count", "0"),
    ] {
        run(state().path(), &["request", flag, value]).code(2).complains(flag);
    }
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
#[ignore = "needs root"]
fn a_lab_is_tested_while_one_of_its_name_is_up() {
    let state = state();
    run(state.path(), &["up", "plain", "--kernel", "host", "--name", "twice"]).code(0);
    let plain = include_str!("../topologies/plain.yaml").replace("name: plain", "name: twice");
    let tested = run(state.path(), &["test", "--kernel", "host", &file(state.path(), &plain)]);
    let up = run(state.path(), &["request", "twice", "-n", "2"]);
    run(state.path(), &["down", "twice"]).code(0);
    tested.code(0).says("8 passed, 0 failed, 0 errored");
    up.code(0).says("rs1             2");
}

#[test]
#[ignore = "needs root"]
fn a_command_in_a_node_keeps_its_flags_and_its_exit_code() {
    let state = state();
    run(state.path(), &["up", "plain", "--kernel", "host", "--name", "kept"]).code(0);
    let behind = run(state.path(), &["exec", "kept", "rs1", "--", "sh", "-c", "exit 7"]);
    let plain = run(state.path(), &["exec", "kept", "rs1", "ip", "-br", "address"]);
    let missing = run(state.path(), &["exec", "kept", "rs1", "no-such-command"]);
    run(state.path(), &["down", "kept"]).code(0);
    behind.code(7);
    plain.code(0).says("192.168.137.200/24");
    missing.code(127).complains("cannot run `no-such-command`: No such file or directory");
}

#[test]
#[ignore = "needs the guest kernel"]
fn an_interrupted_boot_leaves_no_lab_behind() {
    let state = state();
    let mut up = program(state.path())
        .args(["up", "dr", "--kernel", "uml"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !state.path().join("dr/record.json").exists() {
        assert!(up.try_wait().unwrap().is_none(), "it ended before it could be interrupted");
        std::thread::yield_now();
    }
    kill(Pid::from_raw(up.id().cast_signed()), Signal::SIGINT).unwrap();
    assert_eq!(up.wait().unwrap().code(), Some(130));
    run(state.path(), &["status"]).code(0).says("no lab is up");
}

#[test]
fn a_state_directory_that_cannot_be_written_is_named() {
    let ran = run(Path::new("/proc/nowhere"), &["up", "plain"]);
    assert!([3, 4].contains(&ran.code), "{}", ran.stderr);
    ran.complains("/proc/nowhere");
}
