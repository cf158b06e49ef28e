//! The labs on kinds of tunnels and on settings of IPVS, as they are and spoiled.

use crate::support::{Place, unique};
use serde_json::Value;

#[test]
#[ignore = "needs the guest kernel"]
fn every_kind_of_tunnel_carries_requests_in_its_own_envelope() {
    Place::new().run(&["--kernel", "uml", "test", "tun-gre", "tun-gue"]).code(0);
}

#[test]
#[ignore = "needs the guest kernel"]
fn settings_of_ipvs_decide_what_becomes_of_old_connections() {
    Place::new().run(&["--kernel", "uml", "test", "ipvs-settings"]).code(0);
}

fn drift(place: &Place, name: &str) -> Value {
    place.run(&["status", name, "--format", "json"]).code(0).json()["drift"].take()
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_port_for_gue_that_was_closed_is_named_and_opened_again() {
    let (place, name) = (Place::new(), &unique("gue"));
    let up = || place.run(&["--kernel", "uml", "up", "tun-gue", "--name", name]).code(0);
    let ports = |node| place.exec(name, node, &["ip", "fou", "show"]).code(0).stdout;
    up();
    assert_eq!((ports("rs1").trim(), ports("rs2").trim()), ("port 6080 gue", "port 6082 gue"));
    assert_eq!(ports("router"), "");
    place.exec(name, "rs1", &["ip", "fou", "del", "port", "6080"]).code(0);
    let expected = "rs1: UDP port 6080 is not open for GUE";
    assert_eq!(drift(&place, name), serde_json::json!([expected]));
    up().says(expected);
    assert_eq!(ports("rs1").trim(), "port 6080 gue");
    place.run(&["down", name]).code(0);
}

#[test]
#[ignore = "needs the guest kernel"]
fn settings_that_were_changed_are_named_and_set_again() {
    let (place, name) = (Place::new(), &unique("set"));
    let up = || place.run(&["--kernel", "uml", "up", "ipvs-settings", "--name", name]).code(0);
    let timeouts = || place.exec(name, "quick", &["ipvsadm", "-L", "--timeout"]).code(0).stdout;
    let key = "net.ipv4.vs.expire_nodest_conn";
    let sysctl = |node| place.exec(name, node, &["sysctl", "-n", key]).code(0).stdout;
    up();
    assert!(timeouts().ends_with(": 900 10 300\n"), "{}", timeouts());
    let set = ["quick", "usual", "stubborn"].map(sysctl);
    assert_eq!(set, ["1\n", "0\n", "1\n"]);
    place.exec(name, "quick", &["ipvsadm", "--set", "60", "70", "80"]).code(0);
    place.exec(name, "stubborn", &["sysctl", "-w", &format!("{key}=0")]).code(0);
    let timed = "quick: the IPVS timeouts are 60 70 80 instead of 900 10 300";
    let stubborn = format!("stubborn: {key} is 0 instead of 1");
    assert_eq!(drift(&place, name), serde_json::json!([timed, stubborn]));
    up().says(timed).says(&stubborn);
    assert_eq!((timeouts().ends_with(": 900 10 300\n"), sysctl("stubborn").trim()), (true, "1"));
    place.run(&["down", name]).code(0);
}
