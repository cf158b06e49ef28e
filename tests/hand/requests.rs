//! What `request` says of whom it asks, and of many requests.

use crate::support::{PATIENCE, Place, unique};
use crate::terminal::Terminal;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// More than can be sent while a test looks on.
const MANY: &str = "1000000";

fn up(kernel: &str) -> (Place, String) {
    let (place, lab) = (Place::new(), unique("asked"));
    place.run(&["--kernel", kernel, "up", "plain", "--name", &lab]).code(0);
    (place, lab)
}

#[test]
#[ignore = "needs root"]
fn it_says_who_asks_whom() {
    let (place, lab) = up("host");
    let words = "client asks 192.168.137.200:80\n";
    assert_eq!(place.run(&["request", &lab]).code(0).stderr, words);
    assert_eq!(place.run(&["request", &lab, "-q"]).code(0).stderr, "");
    let url = "http://192.168.137.201:80/whoami";
    let ran = place.run(&["request", &lab, "--from", "rs1", "--url", url]).code(0);
    assert_eq!(ran.stderr, "rs1 asks 192.168.137.201:80 for /whoami\n");
}

#[test]
#[ignore = "needs the guest kernel"]
fn it_names_the_virtual_service() {
    let (place, lab) = (Place::new(), unique("asked"));
    place.run(&["--kernel", "uml", "up", "nat", "--name", &lab]).code(0);
    let ran = place.run(&["request", &lab]).code(0);
    assert_eq!(ran.stderr, "client asks web at 192.168.136.100:80\n");
}

/// Interrupts requests once some have surely been answered, and reads the result so far.
fn is_interrupted(kernel: &str, signal: Signal) {
    let (place, lab) = up(kernel);
    let format = ["request", &lab, "-n", MANY, "--format", "json"];
    let mut command = place.program(&format);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let asked = Instant::now();
    while answered(&place, &lab) < 10 {
        assert!(asked.elapsed() < PATIENCE, "nothing was answered");
        std::thread::sleep(Duration::from_millis(20));
    }
    kill(Pid::from_raw(child.id() as i32), signal).unwrap();
    let ran =
        crate::support::Ran::from(child.wait_with_output().unwrap()).code(128 + signal as i32);
    let requests = ran.json()["requests"].as_u64().unwrap();
    assert!(requests >= 10, "{requests}");
    assert_eq!(ran.json()["answers"]["rs1"].as_u64(), Some(requests));
    assert!(
        ran.stderr.contains(&format!("interrupted after {requests} of {MANY}")),
        "{}",
        ran.stderr
    );
}

/// How many requests the first real server has answered.
fn answered(place: &Place, lab: &str) -> u64 {
    let status = place.run(&["status", lab, "--format", "json"]).code(0).stdout;
    let requests = status.split("\"requests\": ").nth(1).unwrap();
    requests.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

#[test]
#[ignore = "needs root"]
fn an_interruption_shows_the_result_so_far() {
    is_interrupted("host", Signal::SIGINT);
    is_interrupted("host", Signal::SIGTERM);
}

#[test]
#[ignore = "needs the guest kernel"]
fn an_interruption_in_a_guest_shows_the_result_so_far() {
    is_interrupted("uml", Signal::SIGINT);
}

fn shows_progress(kernel: &str) {
    let (place, lab) = up(kernel);
    let begin = |fit: fn(&mut std::process::Command)| {
        Terminal::start(place.program(&["request", &lab, "-n", MANY]), fit)
    };
    let mut terminal = begin(|_| {});
    terminal.shows("of 1000000 requests have ended");
    terminal.types("\u{3}");
    let ended = terminal.end();
    assert_eq!(ended.code, 130, "{}", ended.said);
    assert!(ended.said.contains("median time"), "{}", ended.said);

    // With the result in a file the progress is on the terminal all the same.
    let mut terminal = begin(|command| {
        command.stdout(Stdio::null());
    });
    terminal.shows("of 1000000 requests have ended");
    terminal.types("\u{3}");
    assert_eq!(terminal.end().code, 130);
}

#[test]
#[ignore = "needs root"]
fn many_requests_show_their_progress_on_a_terminal() {
    shows_progress("host");
}

#[test]
#[ignore = "needs the guest kernel"]
fn many_requests_in_a_guest_show_their_progress_on_a_terminal() {
    shows_progress("uml");
}
