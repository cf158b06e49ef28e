//! Schedulers whose real servers change while they work, beside what is predicted of them.

use crate::support::Place;
use std::fmt::Write;

const NODES: &str = "\
name: edits
networks: { lan: 192.168.138.0/24 }
clients: { client: { addresses: { lan: 192.168.138.10 } } }
directors: { director: { addresses: { lan: 192.168.138.199 } } }
real_servers:
  rs1: { addresses: { lan: 192.168.138.200 } }
  rs2: { addresses: { lan: 192.168.138.201 } }
  rs3: { addresses: { lan: 192.168.138.202 } }
virtual_services:
";

const SCHEDULERS: [&str; 13] =
    ["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh"];

/// A virtual service for each scheduler, and a scenario that asks it in between.
fn topology() -> String {
    let mut text = NODES.to_owned();
    for (port, scheduler) in (8001..).zip(SCHEDULERS) {
        let servers = "{ rs1: { weight: 3 }, rs2: { weight: 2 }, rs3: { weight: 1 } }";
        let _ = writeln!(
            text,
            "  {scheduler}: {{ vip: 192.168.138.100, port: {port}, scheduler: {scheduler}, \
             forwarding: dr, real_servers: {servers} }}"
        );
    }
    text.push_str("scenarios:\n");
    for scheduler in SCHEDULERS {
        let ask = format!(
            "      - request: {{ from: client, service: {scheduler}, count: 9, connection: held }}\n\
             \x20       expect: {{ distribution: predicted }}\n"
        );
        let _ = writeln!(text, "  {scheduler}:\n    steps:");
        for act in [
            "",
            "fault: { weight: rs3, to: 7 }",
            "fault: { weight: rs1, to: 0 }",
            "fault: { remove: rs2 }",
            "heal: rs1",
            "heal: all",
        ] {
            if !act.is_empty() {
                let _ = writeln!(text, "      - {act}");
            }
            text.push_str(&ask);
        }
    }
    text
}

#[test]
#[ignore = "needs the guest kernel"]
fn every_scheduler_is_predicted_through_weights_removals_and_what_heals_them() {
    let place = Place::new();
    let file = place.write("edits.yaml", &topology());
    place.run(&["--kernel", "uml", "test", &file]).code(0);
}
