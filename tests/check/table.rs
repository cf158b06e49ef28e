//! What a checker, and keepalived beside it, make of a real IPVS table. The lab runs in a guest.

use crate::checker::await_ready;
use crate::configuration::{destination, http, service, text};
use crate::support::{Place, eventually, unique};
use lvs_lab::lab::{OnFailure, Probe, Quorum};
use std::fs::File;
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Three services at one VIP, one for each thing that becomes of a failed server. keepalived makes
/// a fourth one itself.
const TOPOLOGY: &str = "
name: checked
summary: The same two real servers behind three services
networks: { lan: 10.1.0.0/24 }
clients: { client: { addresses: { lan: 10.1.0.9 } } }
directors: { director: { addresses: { lan: 10.1.0.1 } } }
real_servers:
  rs1: { addresses: { lan: 10.1.0.11 } }
  rs2: { addresses: { lan: 10.1.0.12 } }
virtual_services:
  removes: { vip: 10.1.0.100, port: 80, scheduler: rr, forwarding: dr, real_servers: [rs1, rs2] }
  quiesces: { vip: 10.1.0.100, port: 81, scheduler: rr, forwarding: dr, real_servers: [rs1, rs2] }
  sorry: { vip: 10.1.0.100, port: 82, scheduler: rr, forwarding: dr, real_servers: [rs1, rs2] }
";

/// A virtual server with the same real servers, checked in the same way (keepalived.conf(5)).
const KEEPALIVED: &str = "
virtual_server 10.1.0.101 80 {
    delay_loop 1
    lvs_sched rr
    lvs_method DR
    protocol TCP
    RS1
    RS2
}
";

const REAL_SERVER: &str = "real_server ADDRESS 80 {
        weight 1
        HTTP_GET {
            url {
                path /
            }
            connect_timeout 1
            retry 2
            delay_before_retry 1
            warmup 0
        }
    }";

fn keepalived() -> String {
    let server = |address| REAL_SERVER.replace("ADDRESS", address);
    KEEPALIVED.replace("RS1", &server("10.1.0.11")).replace("RS2", &server("10.1.0.12"))
}

struct Lab {
    place: Place,
    name: String,
}

impl Lab {
    fn up(place: Place) -> Self {
        let (name, file) = (unique("checked"), place.write("checked.yaml", TOPOLOGY));
        place.run(&["--kernel", "uml", "up", &file, "--name", &name]).code(0);
        Self { place, name }
    }

    /// Starts a program in the director.
    fn start(&self, words: &[&str]) -> Child {
        let exec = ["exec", &self.name, "director", "--"];
        let mut command = self.place.program(&[&exec[..], words].concat());
        let log = File::options().create(true).append(true).open(self.file("log")).unwrap();
        command.stdout(Stdio::piped()).stderr(log).spawn().unwrap()
    }

    /// The link of a real server goes down or up; it is neither told nor does it tell.
    fn set_link(&self, server: &str, to: &str) {
        self.place.exec(&self.name, server, &["ip", "link", "set", "eth0", to]).code(0);
    }

    /// The destinations, as in "100:80 11*1" for a destination 10.1.0.11 of 10.1.0.100:80 with
    /// weight 1.
    fn destinations(&self) -> Vec<String> {
        let said = self.place.exec(&self.name, "director", &["ipvsadm", "-S", "-n"]).code(0).stdout;
        let mut found: Vec<_> = said.lines().filter_map(short).collect();
        found.sort();
        found
    }

    fn await_destinations(&self, wanted: &[&str]) {
        eventually(
            || self.destinations() == wanted,
            || format!("{:?}\n{}", self.destinations(), self.log()),
        );
    }

    /// What the programs in the director have said.
    fn log(&self) -> String {
        std::fs::read_to_string(self.file("log")).unwrap()
    }

    fn file(&self, name: &str) -> String {
        self.place.file(name).display().to_string()
    }
}

/// `-a -t 10.1.0.100:80 -r 10.1.0.11:80 -g -w 1`
fn short(rule: &str) -> Option<String> {
    let words: Vec<_> = rule.split_whitespace().collect();
    let ["-a", "-t", vip, "-r", server, "-g", "-w", weight, ..] = words[..] else { return None };
    let server = server.strip_prefix("10.1.0.")?.split(':').next()?;
    Some(format!("{} {server}*{weight}", vip.strip_prefix("10.1.0.")?))
}

fn services() -> String {
    let at = |host, port| SocketAddr::from(([10, 1, 0, host], port));
    let of = |port| {
        let servers = [("rs1", at(11, port)), ("rs2", at(12, port))];
        let mut service = service(at(100, port), &servers, Probe::Http(http()));
        service.check.nb_get_retry = 2;
        service
    };
    let (removes, mut quiesces, mut sorry) = (of(80), of(81), of(82));
    quiesces.check.on_failure = OnFailure::Quiesce;
    sorry.sorry_server = Some(destination(at(99, 82)));
    sorry.quorum = Quorum { weight: 2, hysteresis: 0 };
    text(vec![removes, quiesces, sorry])
}

const COMPLETE: [&str; 8] = [
    "100:80 11*1",
    "100:80 12*1",
    "100:81 11*1",
    "100:81 12*1",
    "100:82 11*1",
    "100:82 12*1",
    "101:80 11*1",
    "101:80 12*1",
];

#[test]
#[ignore = "needs root"]
fn a_table_follows_its_servers_and_agrees_with_keepalived() {
    let place = Place::new();
    let configuration = place.write("checker.conf", &services());
    let keepalived = place.write("keepalived.conf", &keepalived());
    let lab = Lab::up(place);
    let mut checker = lab.start(&[env!("CARGO_BIN_EXE_lvs-lab"), "daemon", &configuration]);
    await_ready(&mut checker);
    let mut other = lab.start(&["keepalived", "-n", "-l", "-C", "-f", &keepalived]);
    lab.await_destinations(&COMPLETE);
    // keepalived lets its first check of all count at once.
    let good = "[10.1.0.11]:tcp:80 succeed on service";
    eventually(|| lab.log().contains(good), || lab.log());

    let begun = Instant::now();
    lab.set_link("rs1", "down");
    eventually(|| lab.destinations() != COMPLETE, || "nobody has noticed".to_owned());
    // Three attempts with two seconds between them.
    assert!(begun.elapsed() >= Duration::from_secs(2), "failed before its attempts were over");
    let without_1 = ["100:80 12*1", "100:81 11*0", "100:81 12*1", "100:82 99*1", "101:80 12*1"];
    lab.await_destinations(&without_1);

    lab.set_link("rs1", "up");
    lab.await_destinations(&COMPLETE);

    // What an operator sets stays until the server's state changes.
    let weight = ["ipvsadm", "-e", "-t", "10.1.0.100:80", "-r", "10.1.0.12", "-g", "-w", "7"];
    lab.place.exec(&lab.name, "director", &weight).code(0);
    lab.set_link("rs1", "down");
    let mut weighted = without_1;
    weighted[0] = "100:80 12*7";
    lab.await_destinations(&weighted);

    for daemon in [&mut checker, &mut other] {
        daemon.kill().unwrap();
        daemon.wait().unwrap();
    }
}
