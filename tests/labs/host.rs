//! Labs on the running kernel, and what else is on it.

use crate::support::{Place, eventually, unique};
use serde_json::Value;
use std::process::{Command, Stdio};

/// Calls iproute2 and returns what it says.
fn ip(words: &[&str]) -> String {
    let output = Command::new("ip").args(words).output().unwrap();
    assert!(output.status.success(), "ip {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The names that `ip netns` has for a lab, sorted.
fn namespaces(lab: &str) -> Vec<String> {
    let list = ip(&["netns", "list"]);
    let names = list.lines().map(|line| line.split(' ').next().unwrap().to_owned());
    let mut ours: Vec<_> = names.filter(|name| name.starts_with(&format!("{lab}-"))).collect();
    ours.sort();
    ours
}

fn up(place: &Place, name: &str) -> crate::support::Ran {
    place.run(&["--kernel", "host", "up", "plain", "--name", name])
}

#[test]
#[ignore = "needs root"]
fn a_lab_is_what_ip_says_it_is() {
    let (place, lab) = (Place::new(), &unique("seen"));
    up(&place, lab).code(0).says(&format!("{lab} is up"));
    let nodes = ["client", "rs1", "rs2", "switch"].map(|node| format!("{lab}-{node}"));
    assert_eq!(namespaces(lab), nodes);
    let status = place.run(&["status", lab, "--format", "json"]).code(0).json();
    assert_eq!(status["drift"], serde_json::json!([]));
    for node in status["nodes"].as_array().unwrap() {
        let name = node["namespace"].as_str().unwrap();
        let links: Value = serde_json::from_str(&ip(&["-n", name, "-j", "address"])).unwrap();
        let eth0 = links.as_array().unwrap().iter().find(|l| l["ifname"] == "eth0").unwrap();
        let info = &eth0["addr_info"][0];
        let address = format!("{}/{}", info["local"].as_str().unwrap(), info["prefixlen"]);
        assert_eq!(
            node["addresses"],
            serde_json::json!([{ "interface": "eth0", "address": address }])
        );
        assert_eq!(eth0["operstate"], "UP");
    }
    let ports = ip(&["-n", &nodes[3], "-o", "link", "show", "master", "lan"]);
    assert_eq!(ports.lines().count(), 3, "{ports}");
    assert_eq!(ip(&["netns", "exec", &nodes[1], "ip", "netns", "identify"]).trim(), nodes[1]);
    assert!(ip(&["netns", "exec", &nodes[2], "ss", "-Hltn"]).contains(":80 "));
    let sent = place.run(&["request", lab, "-n", "3", "--format", "json"]).code(0).json();
    assert_eq!(sent["answers"], serde_json::json!({ "rs1": 3 }));
    up(&place, lab).code(0).says("is up already");
    place.run(&["down", lab]).code(0);
    place.traces(&[lab]).assert_none();
}

#[test]
#[ignore = "needs root"]
fn one_topology_is_up_under_two_names_at_once() {
    let (place, a, b) = (Place::new(), &unique("twin-a"), &unique("twin-b"));
    let links = || ip(&["-o", "link"]).lines().count();
    let before = links();
    for name in [a, b] {
        up(&place, name).code(0);
    }
    assert_eq!(links(), before, "nothing is made in the machine's own namespace");
    place.run(&["status"]).code(0).says(a).says(b);
    place.run(&["request"]).code(2).complains("several labs are up");
    place.run(&["down"]).code(2).complains("several labs are up");
    place.run(&["down", a]).code(0);
    assert!(namespaces(a).is_empty());
    place.run(&["request", b, "-n", "2"]).code(0).says("rs1");
    place.run(&["down", "--all"]).code(0);
    place.traces(&[a, b]).assert_none();
}

#[test]
#[ignore = "needs root"]
fn drift_on_the_running_kernel_is_mended() {
    let (place, lab) = (Place::new(), &unique("bent"));
    up(&place, lab).code(0);
    let [rs1, switch] = ["rs1", "switch"].map(|node| format!("{lab}-{node}"));
    ip(&["-n", &rs1, "address", "del", "192.168.137.200/24", "dev", "eth0"]);
    ip(&["-n", &switch, "link", "set", "dev", "rs2.0", "down"]);
    let mended = up(&place, lab).code(0).says("is up; mended:");
    mended.says("address 192.168.137.200/24 is missing on eth0").says("rs2");
    up(&place, lab).code(0).says("is up already");
    for server in ["http://192.168.137.200/", "http://192.168.137.201/"] {
        place.run(&["request", lab, "--url", server]).code(0);
    }
    place.run(&["down", lab]).code(0);
    place.traces(&[lab]).assert_none();
}

/// A namespace of somebody else, with a process in it.
struct Foreign {
    name: String,
    inhabitant: std::process::Child,
}

impl Foreign {
    fn new(name: String) -> Self {
        ip(&["netns", "add", &name]);
        let mut inhabitant = Command::new("ip");
        inhabitant.args(["netns", "exec", &name, "sleep", "600"]).stdin(Stdio::null());
        let foreign = Self { name, inhabitant: inhabitant.spawn().unwrap() };
        let inside = || ip(&["netns", "pids", &foreign.name]).lines().count() == 1;
        eventually(inside, || "the process never entered the namespace".to_owned());
        foreign
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        let _ = self.inhabitant.kill();
        let _ = self.inhabitant.wait();
        let _ = Command::new("ip").args(["netns", "delete", &self.name]).status();
    }
}

#[test]
#[ignore = "needs root"]
fn a_foreign_namespace_of_a_nodes_name_is_refused_and_stays_as_it_is() {
    let (place, lab) = (Place::new(), &unique("strange"));
    let foreign = Foreign::new(format!("{lab}-rs1"));
    let before = ip(&["-n", &foreign.name, "address"]);
    for _ in 0..2 {
        let refused = up(&place, lab).code(4);
        refused.complains(&foreign.name).complains("undone");
        assert_eq!(namespaces(lab), [foreign.name.as_str()]);
        let mut left = place.traces(&[lab]);
        left.names.clear();
        left.assert_none();
    }
    place.run(&["down", lab]).code(0);
    assert_eq!(ip(&["-n", &foreign.name, "address"]), before);
    assert_eq!(ip(&["netns", "pids", &foreign.name]).trim(), foreign.inhabitant.id().to_string());
}

#[test]
#[ignore = "needs root"]
fn names_of_other_tools_are_left_alone_by_down() {
    let (place, lab) = (Place::new(), &unique("guarded"));
    up(&place, lab).code(0);
    let foreign = Foreign::new(format!("{lab}-extra"));
    place.run(&["down", lab]).code(0);
    assert_eq!(namespaces(lab), [foreign.name.as_str()]);
    assert_eq!(ip(&["netns", "pids", &foreign.name]).trim(), foreign.inhabitant.id().to_string());
}

#[test]
#[ignore = "needs root"]
fn two_commands_at_once_build_one_lab() {
    let (place, lab) = (Place::new(), &unique("rushed"));
    let words = ["--kernel", "host", "up", "plain", "--name", lab];
    let spawn = || {
        let mut command = place.program(&words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both = [spawn(), spawn(), spawn()];
    let ran =
        both.map(|child| crate::support::Ran::from(child.wait_with_output().unwrap()).code(0));
    let count = |words: &str| ran.iter().filter(|ran| ran.stdout.contains(words)).count();
    assert_eq!((count(" is up, built in"), count(" is up already")), (1, 2));
    assert_eq!(namespaces(lab).len(), 4);
    place.run(&["request", lab]).code(0);
    place.run(&["down", lab]).code(0);
    place.traces(&[lab]).assert_none();
}
