//! Directors that serve too.

use crate::support::{Place, unique};

/// Its scenarios are in the words of docs/labs/localnode.md; a built-in lab may break no rule.
const PAIR: &str = include_str!("pair.yaml");

#[test]
#[ignore = "needs the guest kernel"]
fn two_directors_that_serve_each_other_need_one_table_or_marks() {
    let place = Place::new();
    let file = place.write("pair.yaml", PAIR);
    place.run(&["check", &file]).code(0).says("warning[L115]");
    place.run(&["--kernel", "uml", "test", &file]).code(0);
}

#[test]
fn a_table_may_call_the_director_127_0_0_1() {
    let place = Place::new();
    let own = place.run(&["export", "localnode", "--format", "ipvsadm"]).code(0).stdout;
    let local = "-a -t 192.168.136.100:80 -r 127.0.0.1:80 -g -w 1";
    let rip = "-a -t 192.168.136.100:80 -r 192.168.137.199:80 -g -w 1";
    assert!(own.contains(rip), "{own}");
    let table = place.write("table", &own.replace(rip, local));
    let words = ["localnode", "--ipvsadm", &table];
    let imported = place.run(&[&["export", "--format", "ipvsadm"], &words[..]].concat()).code(0);
    imported.says(local);
    let plan = place.run(&[&["plan"], &words[..]].concat()).code(0);
    plan.says("local node of `dr`: the director serves too");
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_sketch_of_a_table_with_127_0_0_1_serves() {
    let place = Place::new();
    let table = "-A -t 192.168.137.100:80 -s rr\n\
                 -a -t 192.168.137.100:80 -r 192.168.137.200:80 -g -w 1\n\
                 -a -t 192.168.137.100:80 -r 127.0.0.1:80 -g -w 1\n";
    let saved = place.write("saved", table);
    let file = place.file("sketched.yaml");
    let file = file.to_str().unwrap();
    place.run(&["init", file, "--from-ipvsadm", &saved]).code(0);
    let lab = unique("sketched");
    let up = ["--kernel", "uml", "up", file, "--ipvsadm", &saved, "--name", &lab];
    place.run(&up).code(0);
    let sent = place.run(&["request", &lab, "-n", "4", "--format", "json"]).code(0).json();
    assert_eq!(sent["answers"]["director"], 2, "{sent}");
    place.run(&["ipvs", &lab]).code(0).says("-> 127.0.0.1:80                 Route");
    place.run(&["status", &lab]).code(0);
    place.run(&["down", &lab]).code(0);
}
