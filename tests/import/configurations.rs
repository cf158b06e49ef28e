//! Configurations of keepalived as they go out and come in.

use crate::support::Place;
use lvs_lab::import::keepalived::Anywhere;
use lvs_lab::lab::{Lab, Role, Source};
use lvs_lab::plan;
use lvs_lab::topology::{self, builtin, builtins};
use std::fs;
use std::path::{Path, PathBuf};

/// keepalived's own examples (Debian's package has them).
const SAMPLES: &str = "/usr/share/doc/keepalived/samples";

/// Note 001's own configuration, of either director; the last `}` is missing in the note.
const NOTE: &str = include_str!("../errors/L063-open-brace.conf");

/// The configuration of each director of a lab, in files.
fn exported(place: &Place, lab: &str, directors: &[&str]) -> Vec<(String, String)> {
    let one = |director: &&str| {
        let words = ["export", lab, "--format", "keepalived", "--node", director];
        let text = place.run(&words).code(0).stdout;
        (place.write(&format!("{director}.conf"), &text), text)
    };
    directors.iter().map(one).collect()
}

/// A configuration without its comments, which tell the lab's own names.
fn plain(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn what_a_lab_exports_is_imported_as_the_same_lab() {
    let place = Place::new();
    for (lab, directors) in [
        ("ha", &["node01", "node04"][..]),
        ("ha-nat", &["d1", "d2"]),
        ("ha-active-active", &["d1", "d2"]),
        ("ha-sync", &["d1", "d2"]),
        ("nat", &["director"]),
    ] {
        assert!(builtin(lab).is_some());
        let files = exported(&place, lab, directors);
        let again = place.file(&format!("{lab}-again.yaml"));
        let again = again.to_str().unwrap();
        let mut words = vec!["init", again, "--from-keepalived"];
        words.extend(files.iter().map(|(file, _)| file.as_str()));
        place.run(&words).code(0);
        place.run(&["check", again]).code(0).says("no fault found");
        for (name, (_, text)) in directors.iter().zip(&files) {
            // The lone director of `nat` has no other name in its file either.
            let name = if directors.len() == 1 { "director" } else { name };
            let words = ["export", again, "--format", "keepalived", "--node", name];
            let twice = place.run(&words).code(0).stdout;
            assert_eq!(plain(&twice), plain(text), "{name} of {lab}");
        }
    }
}

/// Labs that a keepalived.conf does not tell: what a firewall marks, where a director that serves
/// itself stands, and that nothing is tried again.
const UNTOLD: [&str; 4] =
    ["fwmark", "notes/004-firewall-marks", "localnode", "notes/004-ldirectord"];

/// The configurations of a lab's directors.
fn files(lab: &Lab) -> Vec<Source> {
    let file = |name| {
        let text = plain(&plan::keepalived(lab, name)?);
        Some(Source { name: format!("{name}.conf"), text })
    };
    lab.with_role(Role::Director).filter_map(|node| file(&node.name)).collect()
}

#[test]
fn every_lab_that_a_configuration_tells_comes_back_as_it_was() {
    let mut labs = 0;
    for known in builtins().into_iter().filter(|known| !UNTOLD.contains(&known.name)) {
        let source = builtin(known.name).unwrap();
        let first = files(&topology::load(&source).unwrap().lab);
        if first.is_empty() {
            continue;
        }
        let sketch = topology::sketch(&"again".parse().unwrap(), &first, &Anywhere, &[]);
        let sketch = sketch.unwrap_or_else(|faults| panic!("{}: {faults:?}", known.name));
        let again = files(&topology::load(&sketch.topology).unwrap().lab);
        assert_eq!(again, first, "{}", known.name);
        labs += 1;
    }
    assert!(labs >= 30, "only {labs} built-in labs have a configuration");
}

#[test]
fn the_notes_configuration_is_a_lab_once_its_braces_are_mended() {
    let place = Place::new();
    let lab = place.file("note.yaml");
    let lab = lab.to_str().unwrap();
    let broken = place.write("broken.conf", NOTE);
    let said = place.run(&["init", lab, "--from-keepalived", &broken]).code(2).stderr;
    assert!(said.contains("error[L063]") && said.contains("broken.conf:16:35"), "{said}");
    assert!(!place.file("note.yaml").exists());

    let master = place.write("node01.conf", &format!("{NOTE}}}\n"));
    let backup = NOTE.replace("priority 100", "priority 50").replace("MASTER ", "BACKUP ");
    let backup = place.write("node04.conf", &format!("{backup}}}\n"));
    place.run(&["init", lab, "--from-keepalived", &master, &backup]).code(0);
    place.run(&["check", lab]).code(0);
    let text = fs::read_to_string(lab).unwrap();
    let text = text.replace(place.file("").to_str().unwrap(), "");
    insta::assert_snapshot!("note", text);
}

#[test]
fn no_client_stands_beside_real_servers_of_nat() {
    let place = Place::new();
    let service = |vip: &str, rip: &str, method: &str| {
        format!(
            "virtual_server {vip} 80 {{\n lb_algo rr\n lb_kind {method}\n real_server {rip} 80 {{\n \
             TCP_CHECK {{\n }}\n }}\n}}\n"
        )
    };
    for (number, (nat, other)) in [
        (["192.168.6.240", "10.1.0.2"], ["10.1.0.240", "10.1.0.3"]),
        (["10.1.0.240", "10.1.0.2"], ["10.1.0.241", "10.1.0.3"]),
        (["10.1.0.240", "10.1.0.2"], ["fd00::240", "fd00::3"]),
    ]
    .into_iter()
    .enumerate()
    {
        let text = service(nat[0], nat[1], "NAT") + &service(other[0], other[1], "DR");
        let file = place.write(&format!("{number}.conf"), &text);
        let lab = place.file(&format!("{number}.yaml"));
        let lab = lab.to_str().unwrap();
        place.run(&["init", lab, "--from-keepalived", &file]).code(0);
        place.run(&["check", lab]).code(0).says("no fault found");
    }
}

#[test]
fn a_file_of_which_no_lab_can_be_made_is_refused() {
    let place = Place::new();
    let lab = place.file("lab.yaml");
    let lab = lab.to_str().unwrap();
    let other = place.write("passwd", "root:x:0:0:root:/root:/bin/bash\n");
    place
        .run(&["init", lab, "--from-keepalived", &other])
        .code(2)
        .complains("neither a `virtual_server` nor a `vrrp_instance`")
        .complains("passwd: 1 error");
    let empty = place.write("empty", "");
    place.run(&["init", lab, "--from-keepalived", &empty]).code(2).complains("the file is empty");
    place.run(&["init", lab, "--from-ipvsadm", &empty]).code(2).complains("no virtual service in");
    assert!(!place.file("lab.yaml").exists());
}

/// Whether one of keepalived's examples becomes a lab; if not, it is refused with reasons.
fn becomes_a_lab(place: &Place, sample: &Path) -> bool {
    let name = sample.file_name().unwrap().to_string_lossy();
    let file = place.write(&name, &fs::read_to_string(sample).unwrap());
    let lab = place.file("sample.yaml");
    let lab = lab.to_str().unwrap();
    let init = place.run(&["init", lab, "--force", "--from-keepalived", &file]);
    if init.code == 0 {
        place.run(&["check", lab]).code(0);
    } else {
        assert!(init.code == 2 && init.stderr.contains("--> "), "{name}: {init}");
        assert!(init.stderr.starts_with("error[L"), "{name}: {init}");
    }
    init.code == 0
}

#[test]
#[ignore = "needs keepalived's examples"]
fn keepalived_s_examples_become_labs_or_are_refused_with_reasons() {
    let place = Place::new();
    let samples = fs::read_dir(SAMPLES).unwrap().map(|entry| entry.unwrap().path());
    let is_whole = |path: &PathBuf| path.to_string_lossy().contains("/keepalived.conf.");
    let (labs, refused): (Vec<_>, Vec<_>) =
        samples.filter(is_whole).partition(|sample| becomes_a_lab(&place, sample));
    // Of version 2.2.7: 21 and 4.
    assert!(labs.len() > 3 * refused.len(), "labs {labs:#?}, refused {refused:#?}");
}
