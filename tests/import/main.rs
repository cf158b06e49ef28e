//! Tables of ipvsadm and configurations of keepalived as they come in and go out: what one prints,
//! the other takes.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod asked;
mod configurations;
mod corpus;
mod ldirectord;
mod mutated;
mod rounds;
mod slips;
#[path = "../support/mod.rs"]
mod support;
mod tables;

use serde_json::Value;
use support::{Place, Ran, replaced, unique};

/// A table of the lab `nat` with all that its model knows.
const TABLE: &str = "\
-A -t 192.168.136.100:80 -s wrr -p 300 -M 255.255.255.0
-a -t 192.168.136.100:80 -r 192.168.137.200:80 -m -w 3
-a -t 192.168.136.100:80 -r 192.168.137.201:8080 -m -w 1 -x 100 -y 75
-A -t 192.168.136.100:443 -s sh -b sh-fallback,sh-port
-a -t 192.168.136.100:443 -r 192.168.137.201:443 -m -w 1
-A -u 192.168.136.100:53 -s lc
-a -u 192.168.136.100:53 -r 192.168.137.200:53 -m -w 0
";

/// The table of the topology `nat` with another one given beside it.
fn export(place: &Place, table: &str) -> Ran {
    let file = place.write("table", table);
    place.run(&["export", "nat", "--ipvsadm", &file, "--format", "ipvsadm"])
}

#[test]
fn what_comes_in_goes_out_as_it_was() {
    let place = Place::new();
    assert_eq!(export(&place, TABLE).code(0).stdout, TABLE);
    for builtin in ["nat", "dr", "dr-multinet", "tun", "fullnat", "ha", "ha-active-active"] {
        let first = place.run(&["export", builtin, "--format", "ipvsadm"]).code(0).stdout;
        let file = place.write("table", &first);
        let again = ["export", builtin, "--ipvsadm", &file, "--format", "ipvsadm"];
        assert_eq!(place.run(&again).code(0).stdout, first, "{builtin}");
    }
}

#[test]
fn a_table_in_the_file_does_what_a_table_beside_it_does() {
    let place = Place::new();
    let file = place.write("table", TABLE);
    let whole =
        place.run(&["export", "nat", "--ipvsadm", &file, "--format", "yaml"]).code(0).stdout;
    assert!(whole.contains("\nipvsadm: |\n  -A -t 192.168.136.100:80 -s wrr -p 300"), "{whole}");
    let file = place.write("nat.yaml", &whole);
    let table = place.run(&["export", &file, "--format", "ipvsadm"]).code(0).stdout;
    assert_eq!(table, TABLE);
    let twice = place.run(&["export", &file, "--ipvsadm", &file, "--format", "ipvsadm"]);
    twice.code(2).complains("has a table of ipvsadm already");
}

#[test]
fn faults_of_a_table_have_its_own_lines_and_columns_and_come_all_at_once() {
    let place = Place::new();
    let table = replaced(TABLE, "-w 3", "-w 70000");
    let table = replaced(&table, "-s lc", "-s least");
    let table = replaced(&table, "192.168.137.201:443", "192.168.137.202:443");
    let said = export(&place, &table).code(2).stderr;
    for fault in ["error[L034]", "table:2:54", "error[L032]", "table:6:29", "table:5:30"] {
        assert!(said.contains(fault), "no `{fault}` in\n{said}");
    }
    assert!(said.contains("no real server has the address `192.168.137.202`"), "{said}");
    assert!(said.contains("3 errors"), "{said}");
}

#[test]
fn scenarios_find_the_services_that_the_table_keeps_and_miss_the_others() {
    let place = Place::new();
    let other = TABLE.replace("192.168.136.100:80 ", "192.168.136.100:88 ");
    let said = export(&place, &other).code(2).stderr;
    assert!(said.contains("L031") && said.contains("`tcp-88`"), "{said}");
}

#[test]
fn a_topology_is_made_from_a_table_alone() {
    let place = Place::new();
    let dr = "-A -t 172.16.16.2:80 -s rr\n-a -t 172.16.16.2:80 -r 192.168.1.16:80 -g -w 1\n";
    let lan =
        "-A -t 192.168.137.100:80 -s rr\n-a -t 192.168.137.100:80 -r 192.168.137.200:80 -g -w 1\n";
    let fine = "no fault found";
    // The only real server of a service has the weight 0.
    for (name, table, judged) in [("nat", TABLE, "1 warning"), ("dr", dr, fine), ("lan", lan, fine)]
    {
        let (table_file, lab) =
            (place.write("table", table), place.file(name).with_extension("yaml"));
        let lab = lab.to_str().unwrap();
        place.run(&["init", lab, "--from-ipvsadm", &table_file]).code(0);
        place.run(&["check", lab]).code(0).says(judged);
        assert_eq!(place.run(&["export", lab, "--format", "ipvsadm"]).code(0).stdout, table);
    }
    let wrong = place.write("table", "-A -t www:80\n");
    let lab = place.file("wrong.yaml");
    let init = place.run(&["init", lab.to_str().unwrap(), "--from-ipvsadm", &wrong]);
    init.code(2).complains("table:1:7").complains("`www` is not an address");
    assert!(!lab.exists());
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().map(str::trim_end).collect();
    lines.sort_unstable();
    lines
}

/// The table as ipvsadm saves it: of all that it can set, it leaves the thresholds out, and it says
/// of every tunnel what it is.
fn as_saved(table: &str) -> String {
    let line = |line: &str| {
        let line = line.split(" -x ").next().unwrap_or(line);
        let unsaid = line.contains(" -i ") && !line.contains(" --tun-type ");
        let tunnel = if unsaid { " --tun-type ipip" } else { "" };
        format!("{line}{tunnel}\n")
    };
    table.lines().map(line).collect()
}

/// A service by a firewall mark whose highest bit is set.
const MARKED: &str = "
name: marked
networks: { lan: 10.0.0.0/24 }
clients: { client: { addresses: { lan: 10.0.0.10 } } }
directors: { director: { addresses: { lan: 10.0.0.1 } } }
real_servers: { rs1: { addresses: { lan: 10.0.0.11 } } }
virtual_services:
  web:
    vip: 10.0.0.100
    ports: [80, 443]
    firewall_mark: 3000000000
    scheduler: rr
    forwarding: dr
    real_servers: [rs1]
";

/// ipvsadm prints such a mark as a negative number, which it does not take itself.
#[test]
#[ignore = "needs the guest kernel"]
fn a_firewall_mark_that_ipvsadm_prints_as_negative_is_the_one_that_it_is() {
    let (place, lab) = (Place::new(), unique("large-mark"));
    let file = place.write("lab.yaml", MARKED);
    place.run(&["--kernel", "uml", "up", &file, "--name", &lab]).code(0);
    let saved = place.exec(&lab, "director", &["ipvsadm", "-S", "-n"]).code(0).stdout;
    assert!(saved.contains("-A -f -1294967296 -s rr\n"), "{saved}");
    let edited = ["ipvsadm", "-E", "-f", "-1294967296", "-s", "wrr"];
    place.exec(&lab, "director", &edited).complains("invalid fwmark value");

    let table = place.write("table", &saved.replace("-s rr", "-s wrr"));
    let words = ["export", &file, "--ipvsadm", &table, "--format", "ipvsadm"];
    let exported = place.run(&words).code(0).stdout;
    let wanted = "-A -f 3000000000 -s wrr\n-a -f 3000000000 -r 10.0.0.11:0 -g -w 1\n";
    assert_eq!(exported, wanted);
    place.exec(&lab, "director", &["ipvsadm", "-C"]).code(0);
    place.run_with(&["exec", &lab, "director", "--", "ipvsadm", "-R"], wanted.as_bytes()).code(0);
    let ours = place.run(&["ipvs", &lab]).code(0).stdout;
    assert!(ours.contains("FWM  3000000000 wrr\n"), "{ours}");
}

/// The lab's tables as netlink tells them, without counters.
fn by_netlink(place: &Place, lab: &str) -> Value {
    place.run(&["ipvs", lab, "--format", "json"]).code(0).json()
}

/// Restores what `export` says in a director, and holds what it has then against everything else
/// that tells of its table; then takes in what ipvsadm saved there.
fn round(topology: &str, exported: &str, more: &[&str]) {
    let (place, lab) = (Place::new(), unique(&format!("round-{topology}")));
    let words = ["--kernel", "uml", "up", topology, "--name", &lab];
    place.run(&[&words[..], more].concat()).code(0);
    let ours = by_netlink(&place, &lab);

    place.exec(&lab, "director", &["ipvsadm", "-C"]).code(0);
    let restore = ["exec", &lab, "director", "--", "ipvsadm", "-R"];
    place.run_with(&restore, exported.as_bytes()).code(0);
    assert_eq!(by_netlink(&place, &lab), ours);
    let saved = place.exec(&lab, "director", &["ipvsadm", "-S", "-n"]).code(0).stdout;
    assert_eq!(sorted(&saved), sorted(&as_saved(exported)));

    let table = place.write("table", exported);
    place.run(&[&words[..], &["--ipvsadm", &table]].concat()).code(0).says("is up");
    assert_eq!(by_netlink(&place, &lab), ours);
    let status = place.run(&["status", &lab, "--format", "json"]).code(0).json();
    assert_eq!(status["drift"], Value::Array(Vec::new()));
}

#[test]
#[ignore = "needs the guest kernel"]
fn export_restore_and_import_give_the_same_table() {
    let place = Place::new();
    let file = place.write("table", TABLE);
    round("nat", TABLE, &["--ipvsadm", &file]);
}

#[test]
#[ignore = "needs the guest kernel"]
fn export_restore_and_import_give_the_same_table_of_direct_routing() {
    let export = ["export", "dr-multinet", "--format", "ipvsadm"];
    round("dr-multinet", &Place::new().run(&export).code(0).stdout, &[]);
}

#[test]
#[ignore = "needs the guest kernel"]
fn export_restore_and_import_give_the_same_table_of_tunnels() {
    let export = ["export", "tun", "--format", "ipvsadm"];
    round("tun", &Place::new().run(&export).code(0).stdout, &[]);
}

#[test]
#[ignore = "needs the guest kernel"]
fn export_restore_and_import_give_the_same_table_of_every_kind_of_tunnel() {
    for topology in ["tun-gre", "tun-gue"] {
        let export = ["export", topology, "--format", "ipvsadm"];
        round(topology, &Place::new().run(&export).code(0).stdout, &[]);
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_running_lab_gets_a_table_from_a_file() {
    round_of_import("nat", TABLE);
}

/// A running lab gets a table, and has it as if its file had had it from the beginning.
fn round_of_import(topology: &str, table: &str) {
    let (place, lab) = (Place::new(), unique("import"));
    let table_file = place.write("table", table);
    let words = ["--kernel", "uml", "up", topology, "--name", &lab];
    place.run(&words).code(0);
    place.run(&[&words[..], &["--ipvsadm", &table_file]].concat()).code(0).says("is up");
    let saved = place.exec(&lab, "director", &["ipvsadm", "-S", "-n"]).code(0).stdout;
    assert_eq!(sorted(&saved), sorted(&as_saved(table)));
    // What it saved itself is a table too.
    let saved = place.write("saved", &saved);
    let words = [&words[..], &["--ipvsadm", &saved]].concat();
    place.run(&words).code(0).says("is up");
    place.run(&words).code(0).says("is up already");
}
