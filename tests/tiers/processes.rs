//! Real programs in nodes: they live as long as the lab, and not a moment longer.

use crate::support::{Place, Ran, eventually, replaced, unique};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// The server leaves a child with another environment, in a session of its own, behind.
const LAB: &str = r#"
name: program
networks: { lan: 192.168.1.0/24 }
clients: { client: { addresses: { lan: 192.168.1.9 } } }
real_servers:
  web:
    addresses: { lan: 192.168.1.16 }
    files: { "pages/index.html": "one\n" }
    processes:
      httpd:
        needs: { python3: python3 }
        ready: 80
        run: |
          echo "$NODE begins"
          env -i setsid sleep 600.5 &
          exec python3 -m http.server 80 --directory $FILES/pages
"#;

fn up(place: &Place, lab: &str, text: &str) -> Ran {
    let file = place.write("lab.yaml", text);
    place.run(&["--kernel", "host", "up", &file, "--name", lab])
}

fn page(place: &Place, lab: &str) -> String {
    place.exec(lab, "client", &["curl", "-s", "http://192.168.1.16/"]).stdout
}

/// The programs that live in the namespace of `web`.
fn inhabitants(namespace: u64) -> Vec<String> {
    let entries = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let inside = |path: &std::path::PathBuf| {
        fs::metadata(path.join("ns/net")).is_ok_and(|found| found.ino() == namespace)
    };
    let name = |path: std::path::PathBuf| fs::read_to_string(path.join("comm")).ok();
    let mut names: Vec<_> =
        entries.filter(inside).filter_map(name).map(|name| name.trim().to_owned()).collect();
    names.sort();
    names
}

fn namespace(lab: &str) -> u64 {
    fs::metadata(format!("/run/netns/{lab}-web")).unwrap().ino()
}

fn process_status(place: &Place, lab: &str) -> Value {
    let status = place.run(&["status", lab, "--format", "json"]).code(0).json();
    let nodes = status["nodes"].as_array().unwrap();
    let web = nodes.iter().find(|node| node["node"] == "web").unwrap();
    assert_eq!(web["backends"], serde_json::json!([]), "no built-in backend is in its way");
    web["processes"][0].clone()
}

#[test]
#[ignore = "needs root"]
fn a_program_serves_its_files() {
    let (place, lab) = (Place::new(), &unique("serves"));
    up(&place, lab, LAB).code(0);
    assert_eq!(page(&place, lab), "one\n");
    let status = process_status(&place, lab);
    assert_eq!(status, serde_json::json!({ "process": "httpd", "port": 80, "running": true }));
    place.run(&["status", lab]).code(0).says("runs   httpd, port 80\n").says("as the file says");
    assert_eq!(inhabitants(namespace(lab)), ["python3", "sleep", "unshare"]);
    let log = place.state().join(lab).join("processes/web/httpd.log");
    assert!(fs::read_to_string(log).unwrap().starts_with("web begins\n"));

    let changed = replaced(LAB, "one", "two");
    up(&place, lab, &changed).code(0).says("start the process httpd");
    assert_eq!(page(&place, lab), "two\n");
    place.run(&["down", lab]).code(0);
    place.traces(&[lab]).assert_none();
}

#[test]
#[ignore = "needs root"]
fn a_program_that_died_is_told_and_started_again() {
    let (place, lab) = (Place::new(), &unique("dies"));
    up(&place, lab, LAB).code(0);
    let kill =
        "kill -9 $(ip netns pids $0-web | xargs ps -o pid=,comm= | awk '/python3/ { print $1 }')";
    assert!(Command::new("sh").args(["-c", kill, lab]).status().unwrap().success());
    let inside = namespace(lab);
    eventually(|| inhabitants(inside).is_empty(), || format!("{:?}", inhabitants(inside)));
    place.run(&["status", lab]).code(0).says("web: the process httpd does not run");
    assert_eq!(process_status(&place, lab)["running"], false);
    up(&place, lab, LAB).code(0).says("mended").says("the process httpd does not run");
    assert_eq!(page(&place, lab), "one\n");
}

#[test]
#[ignore = "needs root"]
fn a_fault_stops_a_program_with_all_that_it_has_started() {
    let (place, lab) = (Place::new(), &unique("stops"));
    up(&place, lab, LAB).code(0);
    place.run(&["fault", lab, "stop", "web"]).code(0).says("stop the process httpd");
    let inside = namespace(lab);
    eventually(|| inhabitants(inside).is_empty(), || format!("{:?}", inhabitants(inside)));
    place.exec(lab, "client", &["curl", "-s", "http://192.168.1.16/"]).code(7);
    place.run(&["heal", lab, "web"]).code(0);
    assert_eq!(page(&place, lab), "one\n");
}

#[test]
#[ignore = "needs root"]
fn nothing_of_a_program_outlives_a_killed_supervisor() {
    let (place, lab) = (Place::new(), &unique("orphan"));
    up(&place, lab, LAB).code(0);
    let inside = namespace(lab);
    let record = fs::read_to_string(place.state().join(lab).join("record.json")).unwrap();
    let record: Value = serde_json::from_str(&record).unwrap();
    let supervisor = record["supervisor"]["pid"].to_string();
    assert!(Command::new("kill").args(["-9", &supervisor]).status().unwrap().success());
    eventually(|| inhabitants(inside).is_empty(), || format!("{:?}", inhabitants(inside)));
    place.run(&["down", lab]).code(0);
    place.traces(&[lab]).assert_none();
}

/// Labs of one name are made one after the other.
static ALONE: Mutex<()> = Mutex::new(());

/// What `up` complains of when the program is run so instead.
fn refused(run: &str, words: &[&str]) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (place, lab) = (Place::new(), &unique("refused"));
    let (begin, end) = (LAB.find("        needs").unwrap(), LAB.len());
    let text = LAB.replace(&LAB[begin..end], run);
    let failed = up(&place, lab, &text);
    assert_ne!(failed.code, 0);
    for word in words {
        assert!(failed.stderr.contains(word), "no `{word}` in {}", failed.stderr);
    }
    place.traces(&[lab]).assert_none();
    let tested = place.run(&[
        "--kernel",
        "host",
        "test",
        &place.file("lab.yaml").to_string_lossy(),
        "plain",
    ]);
    tested.code(4).says("passed");
    place.traces(&[lab, "program", "plain"]).assert_none();
}

#[test]
#[ignore = "needs root"]
fn a_program_that_ends_or_never_listens_is_an_error_with_its_last_words() {
    refused(
        "        run: \"echo so what; exit 3\"\n        ready: 80\n",
        &["cannot start the process httpd in node `web`", "exit status: 3", "so what"],
    );
    refused(
        "        run: \"echo I sleep; exec sleep 600.5\"\n        ready: 80\n        within: 2s\n",
        &["port 80 does not listen after 2s", "I sleep"],
    );
}

#[test]
#[ignore = "needs root"]
fn a_program_that_is_not_there_is_an_error_even_if_nobody_waits_for_its_port() {
    refused(
        "        run: no-such-program -x\n",
        &["cannot start the process httpd in node `web`", "127", "no-such-program: not found"],
    );
}

#[test]
#[ignore = "needs root"]
fn a_program_that_is_not_installed_is_named_with_its_package() {
    refused(
        "        run: nginx\n        needs: { no-such-nginx*: nginx-light }\n",
        &["`no-such-nginx*` is not installed here; in Debian the package `nginx-light` has it"],
    );
}
