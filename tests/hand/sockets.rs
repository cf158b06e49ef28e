//! State directories whose sockets have longer paths than the kernel takes.

use crate::support::{Place, unique};

fn serves(kernel: &str) {
    let (place, lab) = (Place::new(), unique("long"));
    let state = place.file(&"x".repeat(200));
    let state = state.to_str().unwrap();
    let run = |words: &[&str]| {
        let words = [&["--state-dir", state, "--kernel", kernel], words].concat();
        place.run(&words).code(0)
    };
    run(&["up", "plain", "--name", &lab]);
    run(&["status", &lab]).says("as the file says");
    run(&["request", &lab, "-n", "2"]).says("rs1");
    run(&["fault", &lab, "stop", "rs1"]);
    run(&["heal", &lab]);
    run(&["up", "plain", "--name", &lab]).says("is up already");
    run(&["down", &lab]).complains("is down");
    assert!(std::fs::read_dir(state).unwrap().next().is_none());
}

#[test]
#[ignore = "needs root"]
fn a_state_directory_may_have_any_length() {
    serves("host");
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_state_directory_of_a_guest_may_have_any_length() {
    serves("uml");
}
