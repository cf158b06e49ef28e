//! Every program that the sources call is in `src/programs/list.rs`, from which `.ci/setup`
//! installs.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod rust;
mod shell;

use lvs_lab::programs::{LIST, Need};
use lvs_lab::topology;
use serde_yaml::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of these endings in a folder and below.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| endings.iter().any(|ending| *ending == e)) {
                found.push(path);
            }
        }
    }
    found
}

/// The programs that the sources call, each with the places that call it.
fn called() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut note = |place: &str, programs: BTreeSet<String>| {
        for program in programs {
            found.entry(program).or_default().insert(place.to_owned());
        }
    };
    let place = |path: &Path| path.strip_prefix(root()).unwrap().display().to_string();
    for path in ["src", "tests", "benches"].iter().flat_map(|folder| files(folder, &["rs"])) {
        // Its examples are no calls.
        if !path.starts_with(root().join("tests/programs")) {
            note(&place(&path), rust::programs(&fs::read_to_string(&path).unwrap()));
        }
    }
    for path in ["tests", "benches"].iter().flat_map(|folder| files(folder, &["sh"])) {
        let text = script(&path);
        // In a script for busybox the programs are busybox's own.
        if !text.starts_with("#!/bin/busybox") {
            note(&place(&path), shell::programs(&text));
        }
    }
    for path in files("topologies", &["yaml"]) {
        let text = serde_yaml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        note(&place(&path), commands(&text).iter().flat_map(|c| shell::programs(c)).collect());
    }
    for builtin in topology::builtins() {
        let script = exported(builtin.name);
        note(&format!("`export {} --format sh`", builtin.name), shell::programs(&script));
    }
    found
}

/// A script, after the one beside it that it sources.
fn script(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let sourced = text.lines().filter_map(|line| line.strip_prefix(". \"$(dirname \"$0\")/"));
    let sourced = sourced.map(|name| path.with_file_name(name.trim_end_matches('"')));
    let sourced = sourced.map(|path| fs::read_to_string(path).unwrap());
    sourced.chain([text.clone()]).collect()
}

/// What a topology has a shell do.
fn commands(value: &Value) -> Vec<String> {
    match value {
        Value::Mapping(entries) => {
            let of_entry = |(key, value): (&Value, &Value)| match (key.as_str(), value) {
                (Some("run" | "command"), Value::String(command)) => vec![command.clone()],
                (Some("commands"), Value::Sequence(all)) => {
                    all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
                }
                _ => commands(value),
            };
            entries.iter().flat_map(of_entry).collect()
        }
        Value::Sequence(all) => all.iter().flat_map(commands).collect(),
        _ => Vec::new(),
    }
}

fn exported(name: &str) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_lvs-lab"));
    let output = program.args(["export", name, "--format", "sh"]).output().unwrap();
    assert!(output.status.success(), "{name}");
    String::from_utf8(output.stdout).unwrap()
}

/// Names that are no programs: they stand for one that is not there.
const MADE_UP: [&str; 1] = ["no-such-program"];

#[test]
fn every_program_that_the_sources_call_is_in_the_list() {
    let called = called();
    // The reading of the sources has found calls of each kind.
    for (program, place) in [
        ("tshark", "tests/vrrp/capture.rs"),
        ("ss", "topologies/run-time.yaml"),
        ("keepalived", "`export ha-keepalived --format sh`"),
        ("nsenter", "benches/rivals/up-batch.sh"),
        ("sysctl", "tests/labs/faults.rs"),
    ] {
        assert!(called.get(program).is_some_and(|all| all.contains(place)), "{program} in {place}");
    }
    let known = |name: &str| MADE_UP.contains(&name) || LIST.iter().any(|p| p.name == name);
    let missing: Vec<_> = called.iter().filter(|(name, _)| !known(name)).collect();
    assert!(missing.is_empty(), "src/programs/list.rs lacks {missing:#?}");
}

#[test]
fn what_the_built_in_topologies_need_is_in_the_list_with_the_same_package() {
    let mut needed = 0;
    for builtin in topology::builtins() {
        let source = topology::builtin(builtin.name).unwrap();
        let lab = topology::load(&source).unwrap().lab;
        let processes = lab.nodes.iter().flat_map(|node| &node.serving.processes);
        for (name, package) in processes.flat_map(|process| &process.program.needs) {
            let listed = LIST.iter().find(|program| program.name == name);
            assert_eq!(listed.map(|program| program.package), Some(package.as_str()), "{name}");
            needed += 1;
        }
    }
    assert!(needed > 0);
}

/// What `.ci/programs` prints.
fn printed(which: &str) -> String {
    let output = Command::new("sh").arg(root().join(".ci/programs")).arg(which).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_set_up_reads_each_line_of_the_list() {
    let lines = |wanted: fn(Need) -> bool| -> String {
        let wanted = LIST.iter().filter(|program| wanted(program.need));
        wanted.map(|program| format!("{} {}\n", program.name, program.package)).collect()
    };
    assert_eq!(printed("test"), lines(|_| true));
    assert_eq!(printed("demo"), lines(|need| matches!(need, Need::Base | Need::Demo)));
}

#[test]
fn a_directory_of_links_has_the_listed_programs_and_rust() {
    let directory = tempfile::tempdir().unwrap();
    let mut script = Command::new("sh");
    script.arg(root().join(".ci/programs")).arg("link").arg(directory.path());
    assert!(script.status().unwrap().success());
    let mut names = BTreeSet::new();
    for folder in ["bin", "sbin"] {
        for entry in fs::read_dir(directory.path().join(folder)).unwrap() {
            let entry = entry.unwrap();
            assert!(fs::metadata(entry.path()).unwrap().is_file(), "{:?}", entry.path());
            names.insert(entry.file_name().into_string().unwrap());
        }
    }
    assert!(names.contains("cargo") && names.contains("sh") && names.contains("ip"), "{names:?}");
    let rust = ["cargo", "rustc", "rustdoc"];
    let is_listed = |name: &str| {
        LIST.iter().any(|program| match program.name.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == program.name,
        })
    };
    let others: Vec<_> =
        names.iter().filter(|name| !is_listed(name) && !rust.contains(&name.as_str())).collect();
    assert!(others.is_empty(), "{others:?}");
}
