//! The verbs `fault` and `heal` on a lab in a guest, with the kernel's own table.

use crate::support::lab::Lab;
use crate::support::{Ran, eventually};
use serde_json::{Value, json};

impl Lab {
    /// Breaks something in the only lab that is up.
    fn fault(&self, words: &[&str]) -> Ran {
        self.place.run(&[&["fault"], words].concat())
    }

    fn heal(&self) {
        self.place.run(&["heal"]).code(0).says("healed: ");
        assert_eq!(self.status()["faults"], json!([]));
        eventually(|| self.status()["drift"] == json!([]), || self.status().to_string());
    }

    /// Waits until client and director ask nobody any more who has an address: a question that a
    /// fault swallowed is repeated each second only, and requests fail meanwhile.
    fn await_neighbours(&self) {
        let neighbours = || self.sh("client", "ip neigh") + &self.sh("director", "ip neigh");
        eventually(|| !neighbours().contains("INCOMPLETE"), neighbours);
    }

    fn status(&self) -> Value {
        self.place.run(&["status", &self.name, "--format", "json"]).code(0).json()
    }

    fn table(&self) -> String {
        self.place.run(&["ipvs"]).code(0).stdout
    }

    /// Who of the real servers answers four requests at once; a request may go unanswered.
    fn answers(&self) -> [u64; 2] {
        let asked = ["request", "-n", "4", "-c", "4", "--timeout", "3s", "--format", "json"];
        let answers = &self.place.run(&asked).json()["answers"];
        ["rs1", "rs2"].map(|server| answers[server].as_u64().unwrap_or(0))
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_director_follows_weights_and_forgets_when_its_power_is_cut() {
    let lab = Lab::up("nat");
    assert_eq!(lab.answers(), [2, 2]);
    lab.fault(&["weight", "rs1", "--to", "0"]).code(0).says("weight rs1 to 0: director: ");
    assert_eq!(lab.answers(), [0, 4]);
    lab.heal();
    lab.fault(&["remove", "rs2"]).code(0);
    assert!(!lab.table().contains("192.168.137.201:80"), "{}", lab.table());
    assert_eq!(lab.answers(), [4, 0]);
    lab.heal();

    let remembered = ["ipvs", "--connections"];
    lab.place.run(&remembered).code(0).says("192.168.136.10");
    lab.fault(&["kill", "director"]).code(0).says("forget connections");
    let connections = lab.place.run(&remembered).code(0).stdout;
    assert!(!connections.contains("192.168.136.10"), "{connections}");
    assert!(!lab.table().contains("192.168.136.100"), "{}", lab.table());
    assert_eq!(lab.answers(), [0, 0]);
    lab.heal();
    lab.await_neighbours();
    assert_eq!(lab.answers(), [2, 2]);
    let setting = "net.ipv4.vs.expire_nodest_conn";
    assert_eq!(lab.sh("director", &format!("sysctl -n {setting}")).trim(), "0");
}

#[test]
#[ignore = "needs the guest kernel"]
fn what_a_node_sends_is_delayed_and_lost() {
    let lab = Lab::up("nat");
    let qdiscs = || lab.sh("rs1", "tc qdisc");
    lab.fault(&["impair", "rs1", "--delay", "50ms", "--loss", "10"]).code(0);
    assert!(qdiscs().contains("delay 50ms loss 10%"), "{}", qdiscs());
    lab.fault(&["impair", "rs1", "--loss", "100"]).code(0);
    assert!(qdiscs().contains("loss 100%"), "{}", qdiscs());
    assert_eq!(lab.answers(), [0, 2]);
    lab.heal();
    assert!(!qdiscs().contains("netem"), "{}", qdiscs());
    lab.await_neighbours();
    assert_eq!(lab.answers(), [2, 2]);
}

#[test]
#[ignore = "needs the guest kernel"]
fn what_cannot_be_broken_is_told_with_what_can() {
    let lab = Lab::up("nat");
    lab.fault(&["hnag", "rs1"]).code(2).complains("did you mean `hang`?");
    lab.fault(&["hang", "rs3"]).code(2).complains("did you mean `rs1`?");
    let unfit = lab.fault(&["hang", "director"]).code(2);
    unfit.complains("what can befall it: isolate, kill, impair, cut");
    lab.fault(&["cut", "director"]).code(2).complains("one of outside, inside");
    lab.fault(&["slow", "rs1"]).code(2).complains("`slow` needs --by");
    lab.fault(&["stop", "rs1", "--to", "3"]).code(2).complains("`stop` takes no --to");
    lab.fault(&["stop", "rs1"]).code(0);
    lab.fault(&["stop", "rs1"]).code(4).complains("`stop rs1` is in force already");
    lab.place.run(&["status", &lab.name]).code(0).says("faults: stop rs1\n");
    lab.place.run(&["heal", "rs1"]).code(0).says("healed: stop rs1\n");
    lab.place.run(&["heal", &lab.name]).code(0).says("there is nothing to heal\n");
}

#[test]
#[ignore = "needs the guest kernel"]
fn sync_daemons_end_with_the_power_and_begin_again() {
    let lab = Lab::up("ha-sync");
    let daemons = || lab.sh("d1", "ipvsadm -L -n --daemon");
    eventually(|| daemons().contains("master sync daemon"), daemons);
    lab.fault(&["kill", "d1"]).code(0);
    assert_eq!(daemons().trim(), "");
    lab.heal();
    // Whichever of the two is master by now.
    eventually(|| daemons().contains(" sync daemon"), daemons);
}

/// Servers of two virtual services that are found out at once: the one has a sorry server, the
/// other keeps those that failed with weight 0.
const CHECKED: &str = "
name: checked
networks: { lan: 192.168.150.0/24 }
clients:
  client: { addresses: { lan: 192.168.150.9 } }
directors:
  director: { addresses: { lan: 192.168.150.1 } }
real_servers:
  rs1: { addresses: { lan: 192.168.150.2 } }
  rs2: { addresses: { lan: 192.168.150.3 } }
  rs3: { addresses: { lan: 192.168.150.4 } }
virtual_services:
  web:
    vip: 192.168.150.100
    port: 80
    scheduler: rr
    forwarding: dr
    real_servers: [rs1, rs2]
    health_check: { tcp: {}, delay_loop: 200ms, nb_get_retry: 0 }
    sorry_server: rs3
  quiet:
    vip: 192.168.150.100
    port: 8080
    scheduler: rr
    forwarding: dr
    real_servers: [rs1, rs2]
    health_check: { tcp: {}, delay_loop: 200ms, nb_get_retry: 0, inhibit_on_failure: true }
";

#[test]
#[ignore = "needs the guest kernel"]
fn a_checker_that_begins_again_puts_right_what_the_last_one_left() {
    let lab = Lab::of("checked", CHECKED);
    let row = |server: &str, weight| format!("  -> {server:<28} Route   {weight} ");
    let failed =
        [row("192.168.150.4:80", 1), row("192.168.150.2:8080", 0), row("192.168.150.3:8080", 0)];
    let whole =
        ["192.168.150.2:80", "192.168.150.3:80", "192.168.150.2:8080", "192.168.150.3:8080"];
    let whole = whole.map(|server| row(server, 1));
    let table = || lab.table();
    let has = |rows: &[String]| {
        let shown = table();
        let servers = shown.lines().filter(|line| line.starts_with("  -> 1")).count();
        servers == rows.len() && rows.iter().all(|row| shown.contains(row))
    };
    for road in ["stop", "kill-daemons", "kill"] {
        lab.fault(&["stop", "rs1"]).code(0);
        lab.fault(&["stop", "rs2"]).code(0);
        eventually(|| has(&failed), table);
        lab.fault(&[road, "director"]).code(0);
        lab.place.run(&["heal"]).code(0);
        eventually(|| has(&whole), table);
    }
}
