//! Connections that stay open, seen in the table and through changes of the file.

use crate::support::{Place, eventually, replaced, topology, unique};
use std::io::Write;
use std::process::Stdio;

/// The open connections of each real server, in the table's order.
fn active(place: &Place, lab: &str) -> Vec<u64> {
    let table = place.run(&["ipvs", lab, "--format", "json"]).code(0).json();
    let servers = table[0]["virtual_services"][0]["real_servers"].as_array().unwrap().iter();
    servers.map(|server| server["active"].as_u64().unwrap()).collect()
}

#[test]
#[ignore = "needs the guest kernel"]
fn held_connections_live_through_an_edit_that_makes_the_service_persistent() {
    let (place, lab) = (Place::new(), unique("held"));
    let plain = topology("nat");
    let sticky = replaced(&plain, "scheduler: rr\n", "scheduler: rr\n    persistence: 300\n");
    let up = |text: &str| {
        let file = place.write("nat.yaml", text);
        place.run(&["--kernel", "uml", "up", &file, "--name", &lab]).code(0)
    };
    up(&plain);
    let mut holding = place.program(&["request", &lab, "-n", "4", "--hold"]);
    let mut holding =
        holding.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    eventually(|| active(&place, &lab) == [2, 2], || format!("{:?}", active(&place, &lab)));

    up(&sticky);
    place.run(&["ipvs", &lab]).code(0).says(" rr persistent 300");
    assert_eq!(active(&place, &lab), [2, 2]);
    let sent = place.run(&["request", &lab, "-n", "6", "--format", "json"]).code(0).json();
    let shares: Vec<_> = sent["answers"].as_object().unwrap().values().collect();
    assert_eq!(shares, [6]);
    place.run(&["ipvs", &lab, "--connections"]).code(0).says("192.168.136.10:0 ");
    place.run(&["status", &lab]).code(0).says("2 real servers, persistent 300 s, 1 template\n");

    holding.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(holding.wait().unwrap().success());
    eventually(|| active(&place, &lab) == [0, 0], || format!("{:?}", active(&place, &lab)));
    up(&plain);
    place.run(&["status", &lab]).code(0).says("2 real servers, templates left: 1\n");
    place.run(&["down", &lab]).code(0);
}

#[test]
#[ignore = "needs the guest kernel"]
fn held_connections_close_when_their_time_is_over() {
    let (place, lab) = (Place::new(), unique("held-brief"));
    place.run(&["--kernel", "uml", "up", "dr", "--name", &lab]).code(0);
    let sent = place.run(&["request", &lab, "-n", "2", "--hold", "100ms"]).code(0);
    sent.complains("they close in 100 ms");
    eventually(|| active(&place, &lab) == [0, 0], || format!("{:?}", active(&place, &lab)));
    place.run(&["down", &lab]).code(0);
}
