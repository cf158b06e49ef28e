//! What `export --format sh` writes of processes, run as it is.

use crate::support::{Place, unique};
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
