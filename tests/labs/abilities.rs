//! What a kernel lacks is named before anything is built. No kernel of Debian has the scheduler
//! twos, nor has its User-Mode Linux; `tests/real_kernel` holds the same for the running kernel.

use crate::support::{Place, Ran, unique};

const NAMED: [&str; 3] = ["module ip_vs_twos", "CONFIG_IP_VS_TWOS", "the scheduler `twos`"];

/// The file of a lab with a scheduler.
fn file(place: &Place, scheduler: &str) -> String {
    let text = include_str!("../../topologies/dr.yaml");
    let text = text.replace("scheduler: rr", &format!("scheduler: {scheduler}"));
    place.write(&format!("{scheduler}.yaml"), &text.replace("distribution: predicted, ", ""))
}

#[test]
#[ignore = "needs the guest kernel"]
fn what_a_guests_kernel_lacks_is_named_before_anything_is_built() {
    let (place, lab) = (Place::new(), &unique("twos"));
    let file = file(&place, "twos");
    let up = place.run(&["--kernel", "uml", "up", &file, "--name", lab]).code(3);
    let tested = place.run(&["--kernel", "uml", "test", &file]).code(3);
    for refused in [up, tested] {
        NAMED.into_iter().fold(refused, Ran::complains);
    }
    place.traces(&[lab]).assert_none();
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_lab_in_a_guest_keeps_what_it_has_where_its_file_takes_more_than_the_kernel_has() {
    let (place, lab) = (Place::new(), &unique("kept"));
    let up = |scheduler: &str| {
        place.run(&["--kernel", "uml", "up", &file(&place, scheduler), "--name", lab])
    };
    up("rr").code(0);
    let refused = up("twos").code(3);
    NAMED.into_iter().fold(refused, Ran::complains);
    place.run(&["status", lab]).code(0).says("as the file says");
    place.run(&["request", lab, "-n", "4"]).code(0).says("rs1").says("rs2");
    place.run(&["down", lab]).code(0);
    place.traces(&[lab]).assert_none();
}

#[test]
#[ignore = "needs the guest kernel"]
fn doctor_says_what_the_guests_kernel_lacks() {
    let said = Place::new().run(&["doctor"]).code(0).stdout;
    let line = said.lines().find(|line| line.contains("its modules")).unwrap();
    assert!(line.contains("but for ip_vs_twos"), "{line}");
}
