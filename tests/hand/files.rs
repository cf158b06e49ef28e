//! What `init` writes, and what the command line understands.

use crate::support::{Place, unique};
use std::fs;

#[test]
fn a_file_that_begins_with_a_built_in_topology_names_a_schema_that_is_there() {
    for topology in ["nat", "notes/000-nat"] {
        let place = Place::new();
        let file = place.file("mine.yaml");
        place.run(&["init", file.to_str().unwrap(), "--from", topology]).code(0);
        let text = fs::read_to_string(&file).unwrap();
        let schema = text.lines().find_map(|line| line.split_once("$schema=")).unwrap().1;
        let schema = fs::read_to_string(place.file(schema)).unwrap();
        assert_eq!(schema, place.run(&["schema"]).code(0).stdout);
        place.run(&["check", file.to_str().unwrap()]).code(0);
    }
}

#[test]
#[ignore = "needs root"]
fn a_kind_of_fault_of_two_words_is_understood_in_both_spellings() {
    let (place, lab) = (Place::new(), unique("spelled"));
    place.run(&["--kernel", "host", "up", "plain", "--name", &lab]).code(0);
    for kind in ["kill-daemons", "kill_daemons"] {
        let ran = place.run(&["fault", &lab, kind, "rs1"]).code(2);
        ran.complains("`kill-daemons` does nothing to `rs1`, a real server");
    }
}

#[test]
#[ignore = "needs root"]
fn a_listed_program_that_is_missing_is_told_with_its_package() {
    let (place, lab) = (Place::new(), unique("missing"));
    place.run(&["--kernel", "host", "up", "plain", "--name", &lab]).code(0);
    let mut command = place.program(&["exec", &lab, "rs1", "--", "ping", "-c", "1", "127.0.0.1"]);
    let ran = crate::support::Ran::from(command.env("PATH", "/nowhere/bin").output().unwrap());
    ran.code(127)
        .complains("cannot run `ping`: No such file")
        .complains("apt-get install iputils-ping");
}
