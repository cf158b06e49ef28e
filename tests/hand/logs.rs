//! What `logs` shows.

use crate::support::{Place, eventually, unique};
use std::io::Read;
use std::process::Stdio;

/// A real server with two programs that say something, of which one goes on.
const TALKERS: &str = "
name: talkers
networks: { lan: 10.0.0.0/24 }
real_servers:
  rs1:
    addresses: { lan: 10.0.0.1 }
    processes:
      clerk: { run: 'echo first; echo second; exec sleep 600' }
  rs2:
    addresses: { lan: 10.0.0.2 }
    processes:
      clock: { run: 'while sleep 0.2; do echo tick; done' }
";

fn shows(kernel: &str) {
    let (place, lab) = (Place::new(), unique("talkers"));
    let file = place.write("talkers.yaml", TALKERS);
    place.run(&["--kernel", kernel, "up", &file, "--name", &lab]).code(0);
    let logs = |words: &[&str]| place.run(&[&["logs", &lab], words].concat()).code(0).stdout;
    assert!(logs(&[]).contains("==> rs1 clerk <==\nfirst\nsecond\n"), "{}", logs(&[]));
    assert_eq!(logs(&["rs1"]), "==> rs1 clerk <==\nfirst\nsecond\n");
    assert_eq!(logs(&["rs1", "-n", "1"]), "==> rs1 clerk <==\nsecond\n");
    let json: serde_json::Value =
        serde_json::from_str(&logs(&["rs1", "--format", "json"])).unwrap();
    assert_eq!(json[0]["log"], "rs1 clerk");
    assert_eq!(json[0]["lines"], serde_json::json!(["first", "second"]));
    place.run(&["logs", &lab, "rs3"]).code(2).complains("did you mean `rs");

    let mut follow = place.program(&["logs", &lab, "rs2", "-n", "0", "--follow"]);
    let mut followed = follow.stdout(Stdio::piped()).spawn().unwrap();
    let (mut output, mut said) = (followed.stdout.take().unwrap(), String::new());
    let mut bytes = [0; 256];
    while said.matches("tick\n").count() < 3 {
        let count = output.read(&mut bytes).unwrap();
        assert!(count > 0, "it ended after {said}");
        said.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    assert!(said.starts_with("==> rs2 clock <==\ntick\n"), "{said}");
    assert_eq!(said.matches("==>").count(), 1, "{said}");
    place.run(&["down", &lab]).code(0);
    eventually(
        || followed.try_wait().unwrap().is_some(),
        || "it follows a lab that is down".into(),
    );
}

#[test]
#[ignore = "needs root"]
fn logs_of_processes_are_shown_and_followed() {
    shows("host");
}

#[test]
#[ignore = "needs the guest kernel"]
fn logs_in_a_guest_are_shown_and_followed() {
    shows("uml");
}

#[test]
#[ignore = "needs the guest kernel"]
fn logs_of_daemons_are_shown_with_the_guest_s_own() {
    let (place, lab) = (Place::new(), unique("daemons"));
    place.run(&["--kernel", "uml", "up", "ha", "--name", &lab]).code(0);
    place
        .run(&["logs", &lab])
        .code(0)
        .says("==> guest kernel <==\n")
        .says("==> node01 speaker <==\n");
}
