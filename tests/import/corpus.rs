//! Configurations as people write them: every one becomes a valid lab, whose head says what is
//! guessed and what is taken in another way; what such a lab exports keepalived itself takes.

use crate::support::Place;
use lvs_lab::lab::Role;
use lvs_lab::topology;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file is a director's; a folder has those of several, or one with what it includes.
const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/import/corpus");

/// Those of which no lab is made, and why.
const REFUSED: [(&str, &str); 2] = [
    ("director-differs", "`weight` of `real_server 192.0.2.11` is 3 here and 1 there"),
    ("vrid-twice", "no lab can have this: "),
];

/// The names of the corpus, each with the files of its directors.
fn corpus() -> Vec<(String, Vec<String>)> {
    let entries = fs::read_dir(CORPUS).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = entries.map(|path| (stem(&path), files(&path))).collect();
    all.sort_unstable();
    assert!(all.len() >= 45, "only {} configurations", all.len());
    all
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

fn files(path: &Path) -> Vec<String> {
    let is_conf = |path: &PathBuf| path.extension().is_some_and(|end| end == "conf");
    let mut files = match path.is_dir() {
        true => fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect(),
        false => vec![path.to_owned()],
    };
    files.retain(is_conf);
    files.sort_unstable();
    files.iter().map(|path| path.to_str().unwrap().to_owned()).collect()
}

/// Makes a lab of a cluster, as a user does.
fn init(place: &Place, name: &str, files: &[String]) -> (String, crate::support::Ran) {
    let lab = place.file(&format!("{name}.yaml")).to_str().unwrap().to_owned();
    let words = ["init", &lab, "--from-keepalived"];
    let words: Vec<_> = words.into_iter().chain(files.iter().map(String::as_str)).collect();
    let said = place.run(&words);
    (lab, said)
}

#[test]
fn configurations_as_people_write_them_become_valid_labs() {
    let place = Place::new();
    let mut heads = String::new();
    for (name, files) in corpus() {
        let (lab, said) = init(&place, &name, &files);
        if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            let words = said.code(2).stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(why) && words.contains("-->"), "{name}: {words}");
            assert!(!Path::new(&lab).exists(), "{name}");
            continue;
        }
        let said = said.code(0).stderr;
        let checked = place.run(&["check", &lab]).code(0).stdout;
        // What is warned of is told at the configuration's words, and is no lab to test yet.
        let is_warned = said.contains("warning[");
        // What keepalived goes without, only the configuration has.
        let is_lacking = ["warning[L063]", "warning[L095]"].iter().any(|code| said.contains(code));
        let is_sound = checked.contains("no fault found");
        assert!(is_warned != is_sound || is_lacking, "{name}: {said}{checked}");
        assert_eq!(said.contains("try `lvs-lab test"), !is_warned, "{name}: {said}");
        assert!(!said.contains(&format!("{lab}:")), "{name}: {said}");
        let text = fs::read_to_string(&lab).unwrap();
        let _ = writeln!(heads, "{name}");
        for line in text.lines().filter(|line| line.starts_with("# - ")) {
            let _ = writeln!(heads, "{}", &line[2..]);
        }
    }
    insta::assert_snapshot!("heads", heads);
}

/// What keepalived says of a configuration on a machine with the interfaces that it names.
fn judged(file: &str) -> String {
    let shell = "ip link set lo up
        for n in 0 1 2 3 4 5; do ip link add eth$n type veth peer name v$n; ip link set eth$n up; done
        exec keepalived -t -f \"$1\"";
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", shell, "sh", file]);
    let output = command.output().unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
#[ignore = "needs root and keepalived"]
fn keepalived_takes_what_the_labs_export() {
    let place = Place::new();
    let mut judged_files = 0;
    for (name, files) in corpus() {
        let (lab, said) = init(&place, &name, &files);
        if said.code != 0 {
            continue;
        }
        let text = fs::read_to_string(&lab).unwrap();
        let source = lvs_lab::lab::Source { name: lab.clone(), text };
        let read = topology::load(&source).unwrap().lab;
        for director in read.with_role(Role::Director) {
            let words =
                ["export", &lab, "--format", "keepalived", "--node", director.name.as_str()];
            let exported = place.run(&words);
            let file = place.write("exported.conf", &exported.code(0).stdout);
            let said = judged(&file);
            // That the first VIP of IPv6 should be a link-local one is advice.
            let faults = said.lines().filter(|line| !line.contains("should be link local"));
            assert_eq!(faults.collect::<Vec<_>>(), [""; 0], "{name}, {}", director.name);
            judged_files += 1;
        }
    }
    assert!(judged_files > 60, "only {judged_files} configurations");
}

/// Some of each kind: a guest of its own for each takes its time.
const PROVED: [&str; 14] = [
    "apiserver",
    "conditional",
    "disagree",
    "disagree-vips",
    "excluded-pair",
    "fwmark",
    "groups",
    "haproxy-pair",
    "include",
    "ipv6",
    "lvs-nat-one-network",
    "lvs-nat-two-instances",
    "several-ports",
    "sorry-localhost",
];

#[test]
#[ignore = "needs the guest kernel"]
fn labs_of_configurations_prove_themselves() {
    let place = Place::new();
    let corpus = corpus();
    let mut words = vec!["--kernel".to_owned(), "uml".to_owned(), "test".to_owned()];
    for name in PROVED {
        let (_, files) = corpus.iter().find(|(known, _)| known == name).unwrap();
        let (lab, said) = init(&place, name, files);
        said.code(0);
        words.push(lab);
    }
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    place.run(&words).code(0).says("0 failed, 0 errored");
}
