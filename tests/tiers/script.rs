//! What `export --format sh` writes of processes and tiers, run as it is.

use crate::support::{Place, eventually, unique};
use std::process::Command;

const LAB: &str = r#"
name: NAME
networks: { lan: 192.168.1.0/24 }
clients: { client: { addresses: { lan: 192.168.1.9 } } }
real_servers:
  web:
    addresses: { lan: 192.168.1.16 }
    files: { "it's/index.html": "by hand\nEND\n" }
    processes:
      httpd: { run: "exec python3 -m http.server 80 --directory \"$FILES/it's\"", ready: 80 }
"#;

fn sh(words: &[&str]) -> String {
    let output = Command::new("sh").args(words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs root"]
fn the_script_runs_the_programs_of_the_file() {
    let (place, lab) = (Place::new(), &unique("byhand"));
    let file = place.write("lab.yaml", &LAB.replace("NAME", lab));
    let text = place.run(&["export", &file, "--format", "sh"]).code(0).stdout;
    let script = place.write("lab.sh", &text);
    sh(&[&script]);
    let page = sh(&["-c", &format!("ip netns exec {lab}-client curl -s http://192.168.1.16/")]);
    sh(&[&script, "down"]);
    assert_eq!(page, "by hand\nEND\n");
    place.traces(&[lab]).assert_none();
}

/// Tiers by their names, by an address and over IPv6.
const TIERS: &str = r#"
name: NAME
networks: { lan: 192.168.1.0/24, six: "fd00::/64" }
clients: { client: { addresses: { lan: 192.168.1.9 } } }
real_servers:
  web:
    addresses: { lan: 192.168.1.16 }
    upstream: [php, "192.168.1.14:11211"]
servers:
  php:
    addresses: { lan: 192.168.1.2, six: "fd00::2" }
    backends: { 9000: { upstream: ["[fd00::13]:3306"] } }
  db: { addresses: { six: "fd00::13" }, backends: { 3306: {} } }
  cache: { addresses: { lan: 192.168.1.14 }, backends: { 11211: {} } }
"#;

#[test]
#[ignore = "needs root"]
fn the_scripts_tiers_ask_each_other() {
    let (place, lab) = (Place::new(), &unique("bytier"));
    let file = place.write("lab.yaml", &TIERS.replace("NAME", lab));
    let text = place.run(&["export", &file, "--format", "sh"]).code(0).stdout;
    let script = place.write("lab.sh", &text);
    sh(&[&script]);
    let ask = |path: &str| {
        let url = format!("http://192.168.1.16{path}");
        sh(&["-c", &format!("ip netns exec {lab}-client curl -si {url} | tr -d '\\r'")])
    };
    let answers = |path: &str, status: &str, body: &str| {
        let answer = ask(path);
        let good = answer.starts_with(&format!("HTTP/1.0 {status} ")) && answer.contains(body);
        assert!(good, "{answer}");
        answer
    };
    let whole = answers("/", "200", "\n\nweb\n");
    assert!(whole.contains("x-lvs-lab-backend: web\nx-lvs-lab-via: php, db, cache\n"), "{whole}");
    let dead = format!("ip netns pids {lab}-db");
    sh(&["-c", &format!("{dead} | xargs kill")]);
    eventually(|| sh(&["-c", &dead]).is_empty(), || sh(&["-c", &dead]));
    let refused = "php (192.168.1.2:9000) answered 502: [fd00::13]:3306 ([fd00::13]:3306) gave";
    answers("/", "502", refused);
    answers("/health", "200", "\n\nweb\n");
    sh(&[
        "-c",
        &format!("ip -n {lab}-cache link set eth0 down; ip -n {lab}-php link set eth0 down"),
    ]);
    answers("/", "504", "php (192.168.1.2:9000) did not answer");
    sh(&[&script, "down"]);
    place.traces(&[lab]).assert_none();
}
