//! The guest that the tests share.

use crate::support::{Place, unique};
use libtest_mimic::Failed;
use std::sync::OnceLock;

/// In the environment of this program inside the guest.
const INSIDE: &str = "IPVS_TEST_INSIDE";

static GUEST: OnceLock<(Place, String)> = OnceLock::new();

/// Whether this program runs inside the guest.
pub fn is_here() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Runs one test inside the guest. The lab there only brings the guest along: the test works in
/// the namespace that the guest has begun with.
pub fn run(test: &str) -> Result<(), Failed> {
    let (place, lab) = GUEST.get_or_init(boot);
    let program = std::env::current_exe()?;
    let program = program.to_str().ok_or("this program's path is not UTF-8")?;
    let enter = ["exec", lab, "client", "--", "nsenter", "--net=/proc/1/ns/net", "env"];
    let inside = format!("{INSIDE}=1");
    let ran = place.run(&[&enter[..], &[&inside, program, "--ignored", "--exact", test]].concat());
    match ran.code == 0 && ran.stdout.contains("1 passed") {
        true => Ok(()),
        false => Err(format!("{}{}", ran.stdout, ran.stderr).into()),
    }
}

fn boot() -> (Place, String) {
    let (place, lab) = (Place::new(), unique("ipvs"));
    place.run(&["--kernel", "uml", "up", "plain", "--name", &lab]).code(0);
    (place, lab)
}

/// Takes the guest down.
pub fn end() {
    if let Some((place, lab)) = GUEST.get() {
        place.run(&["down", lab]).code(0);
        // What is static is never dropped.
        std::fs::remove_dir_all(place.file("")).unwrap();
    }
}
