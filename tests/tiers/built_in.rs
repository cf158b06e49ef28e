//! Built-in backends that ask the next tier.

use crate::support::{Place, Ran, eventually, replaced, unique};

const LAB: &str = r#"
name: tiers
networks: { lan: 192.168.1.0/24 }
clients: { client: { addresses: { lan: 192.168.1.9 } } }
real_servers:
  web: { addresses: { lan: 192.168.1.16 }, upstream: [php] }
servers:
  php: { addresses: { lan: 192.168.1.2 }, backends: { 9000: { upstream: [db, "cache:11211"] } } }
  db: { addresses: { lan: 192.168.1.13 }, backends: { 3306: {} } }
  cache: { addresses: { lan: 192.168.1.14 }, backends: { 11211: {} } }
scenarios:
  all-answer:
    - request: { from: client, url: "http://192.168.1.16/", count: 5 }
      expect: { distribution: { web: 5 }, status: 200, failures: 0, via: [php, db, cache] }
    - request: { from: client, url: "http://192.168.1.2:9000/", count: 2 }
      expect: { status: 200, failures: 0, via: [db, cache] }
  one-fails:
    - fault: { fail: cache, status: 500 }
    - request: { from: client, url: "http://192.168.1.16/" }
      expect: { status: 502, failures: 0 }
    - heal: all
    - request: { from: client, url: "http://192.168.1.16/" }
      expect: { status: 200, via: [php, db, cache] }
"#;

fn curl(place: &Place, lab: &str, url: &str) -> String {
    place.exec(lab, "client", &["curl", "-si", url]).code(0).stdout
}

fn up(place: &Place, lab: &str) {
    place.run(&["--kernel", "host", "up", &place.write("lab.yaml", LAB), "--name", lab]).code(0);
}

fn test(place: &Place, text: &str) -> Ran {
    place.run(&["--kernel", "host", "test", &place.write("lab.yaml", text)])
}

#[test]
#[ignore = "needs root"]
fn every_tier_is_asked_in_turn() {
    let place = Place::new();
    test(&place, LAB)
        .code(0)
        .says("✓ via: 5 through php, then db, then cache (every answer through");
    let other = replaced(LAB, "via: [php, db, cache] }\n    -", "via: [php, cache, db] }\n    -");
    test(&place, &other).code(1).says("5 through php, then db, then cache");
    let none = replaced(LAB, "upstream: [php] ", "");
    test(&place, &none).code(2).complains("nobody who gets the request asks `php`");
    place.traces(&["tiers"]).assert_none();
}

#[test]
#[ignore = "needs root"]
fn the_answer_says_which_tier_failed() {
    let (place, lab) = (Place::new(), &unique("fails"));
    up(&place, lab);
    let (web, health) = ("http://192.168.1.16/", "http://192.168.1.16/health");
    place.run(&["fault", lab, "stop", "db"]).code(0);
    let answer = curl(&place, lab, web);
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
    let words =
        "php (192.168.1.2:9000) answered 502: db (192.168.1.13:3306) refused the connection";
    assert!(answer.contains(words), "{answer}");
    assert!(curl(&place, lab, health).starts_with("HTTP/1.1 200 "), "its own health is well");
    place.run(&["heal", lab]).code(0);

    place.run(&["fault", lab, "hang", "db"]).code(0);
    // The tier before the silence tells of it, unless the machine sleeps when it should.
    let answer = || curl(&place, lab, web);
    assert!(answer().starts_with("HTTP/1.1 504 "));
    let words = "answered 504: db (192.168.1.13:3306) did not answer within 3s";
    eventually(|| answer().contains(words), answer);
    place.run(&["heal", lab]).code(0);

    place.run(&["fault", lab, "isolate", "db"]).code(0);
    let answer = curl(&place, lab, web);
    assert!(answer.contains("db (192.168.1.13:3306)"), "php has to go over the network: {answer}");
    assert!(!answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
#[ignore = "needs root"]
fn status_counts_what_each_tier_was_asked() {
    let (place, lab) = (Place::new(), &unique("counts"));
    up(&place, lab);
    for _ in 0..3 {
        assert!(
            curl(&place, lab, "http://192.168.1.16/whoami")
                .contains(r#""via":["php","db","cache"]"#)
        );
    }
    let status = place.run(&["status", lab, "--format", "json"]).code(0).json();
    let nodes = status["nodes"].as_array().unwrap();
    let asked: Vec<_> = nodes
        .iter()
        .flat_map(|node| node["backends"].as_array().unwrap())
        .map(|b| (b["node"].as_str().unwrap(), b["port"].as_u64().unwrap(), b["requests"].clone()))
        .map(|(node, port, requests)| format!("{node}:{port} {requests}"))
        .collect();
    assert_eq!(asked, ["web:80 3", "php:9000 3", "db:3306 3", "cache:11211 3"]);
    let sockets =
        place.exec(lab, "db", &["ss", "-Htan", "state", "time-wait", "state", "listening"]);
    assert!(sockets.code(0).stdout.contains(":3306"));
}
