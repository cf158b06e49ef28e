//! What a failed scenario shows of its nodes, whether or not it had a load.

use crate::support::{Place, topology};
use serde_json::Value;

/// The nat lab with a scenario that fails, as a command takes a real server's gateway away.
fn without_gateway(place: &Place) -> String {
    let text = topology("nat");
    let scenario = "scenarios:
  no-gateway:
    steps:
      - run: { on: rs1, command: \"ip route del default\" }
      - request: { from: client, service: web, count: 4, timeout: 1s }
        expect: { failures: 0 }
";
    let text = format!("{}{scenario}", text.split_once("scenarios:").unwrap().0);
    place.write("no-gateway.yaml", &text)
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_scenario_without_a_load_shows_packets_routes_counters_and_what_differs() {
    let place = Place::new();
    let file = without_gateway(&place);
    let [json, html] = ["json", "html"].map(|kind| place.file(kind).display().to_string());
    let reports = [format!("json={json}"), format!("html={html}")];
    let words =
        ["--kernel", "uml", "test", &file, "--report", &reports[0], "--report", &reports[1]];
    let ran = place.run(&words).code(1);

    let report: Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    let evidence = report["labs"][0]["scenarios"][0]["evidence"].as_array().unwrap().clone();
    let of = |title: &str| {
        let found = evidence.iter().find(|one| one["title"] == title);
        found.unwrap_or_else(|| panic!("no `{title}`\n{ran}"))["text"].as_str().unwrap()
    };
    let differs = of("what is not as the file says");
    assert_eq!(differs, "rs1: default route via 192.168.137.199 is missing");
    let ways = of("addresses, routes and neighbours of rs1");
    assert!(ways.contains("192.168.137.200/24") && !ways.contains("route default"), "{ways}");
    assert!(ways.contains("neighbour 192.168.137.199 is "), "{ways}");
    let other = of("addresses, routes and neighbours of rs2");
    assert!(other.contains("route default via 192.168.137.199 on eth0"), "{other}");
    let dropped = of("packets that rs1 did not pass on, by counter");
    assert!(dropped.contains("IpOutNoRoutes "), "{dropped}");
    assert!(of("connections of director").contains("SYN_RECV"));
    for node in ["client", "director", "rs1", "rs2"] {
        let packets = of(&format!("last packets of {node}"));
        assert!(packets.contains("TCP SYN"), "{node}: {packets}");
    }
    for one in &evidence {
        assert!(one["text"].as_str().unwrap().lines().count() <= 200, "{one}");
    }
    // The terminal and the page have it too.
    let ran = ran.says("    last packets of rs1").says("IpOutNoRoutes");
    let page = std::fs::read_to_string(html).unwrap();
    assert!(page.contains("IpOutNoRoutes") && page.contains("last packets of rs1"), "{ran}");
}

#[test]
#[ignore = "needs root"]
fn evidence_on_the_running_kernel_names_a_neighbour_that_does_not_answer() {
    let place = Place::new();
    let text = topology("plain");
    let scenario = "scenarios:
  nobody:
    steps:
      - request: { from: client, url: \"http://192.168.137.99/\", count: 1, timeout: 5s }
        expect: { failures: 0 }
";
    let text = format!("{}{scenario}", text.split_once("scenarios:").unwrap().0);
    let file = place.write("nobody.yaml", &text);
    let ran = place.run(&["--kernel", "host", "test", &file]).code(1);
    let ran = ran.says("neighbour 192.168.137.99 does not answer");
    ran.says("who has 192.168.137.99, tell 192.168.137.10")
        .says("nothing: the lab is as its file says");
}
