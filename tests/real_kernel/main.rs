//! Labs on the kernel that most people have: Debian's own, with its modules, in QEMU. It is booted
//! once for all tests of this program.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod debian;

use debian::found;

macro_rules! labs {
    ($($test:ident $lab:literal;)*) => {
        /// The labs that are tested on Debian's kernel.
        const LABS: &[&str] = &[$($lab,)*];

        $(
            #[test]
            #[ignore = "boots Debian's kernel in emulation, which takes minutes"]
            fn $test() {
                passes($lab, $lab);
            }
        )*
    };
}

labs! {
    nat_passes_on_debians_kernel "nat";
    dr_passes_on_debians_kernel "dr";
    tun_passes_on_debians_kernel "tun";
    tun_by_gre_passes_on_debians_kernel "tun-gre";
    tun_by_gue_passes_on_debians_kernel "tun-gue";
    tun_of_ipv6_passes_on_debians_kernel "tun6";
    tun_of_ipv4_over_ipv6_passes_on_debians_kernel "tun-4in6";
    fullnat_passes_on_debians_kernel "fullnat";
    firewall_marks_pass_on_debians_kernel "fwmark";
    a_director_that_serves_passes_on_debians_kernel "localnode";
    udp_passes_on_debians_kernel "udp";
    sctp_passes_on_debians_kernel "sctp";
    high_availability_passes_on_debians_kernel "ha";
}

/// The labs that are tested again where namespaces have no ends of tunnels by themselves.
const TUNNELS: &[&str] = &["tun", "tun-gre", "tun-4in6"];

/// Holds that a lab passed all its scenarios, on the kernel that was booted.
fn passes(tried: &str, lab: &str) {
    let found = found();
    let on = format!("{lab} on host {}", found.release);
    found.of(tried).expect(0, &[&on, " passed, 0 failed, 0 errored"]);
}

#[test]
#[ignore = "boots Debian's kernel in emulation, which takes minutes"]
fn tunnels_work_where_only_the_first_namespace_gets_their_ends() {
    for lab in TUNNELS {
        passes(&format!("bare-{lab}"), lab);
    }
}

#[test]
#[ignore = "boots Debian's kernel in emulation, which takes minutes"]
fn a_module_that_is_not_there_is_named_before_anything_is_built() {
    let named = ["module fou", "CONFIG_NET_FOU", "linux-image-amd64", "GUE"];
    found().of("up-without-fou").expect(3, &named);
    found().of("test-without-fou").expect(3, &named);
    assert_eq!(found().of("left-without-fou").said, "");
}

#[test]
#[ignore = "boots Debian's kernel in emulation, which takes minutes"]
fn doctor_names_the_module_that_is_not_there() {
    let said = &found().of("doctor-without-fou").said;
    let tunnels = said.lines().find(|line| line.contains("tunnels")).unwrap();
    assert!(tunnels.contains("note") && tunnels.contains("not in this kernel: fou"), "{tunnels}");
    let ip_vs = said.lines().find(|line| line.contains("ip_vs ")).unwrap();
    assert!(ip_vs.contains("ok") && ip_vs.contains("loaded when a lab needs it"), "{ip_vs}");
}

#[test]
#[ignore = "boots Debian's kernel in emulation, which takes minutes"]
fn a_fault_gets_the_module_that_it_takes() {
    found().of("up").expect(0, &["dr is up"]);
    assert_ne!(found().of("netem-before").code, 0, "it was loaded before: nothing is proved");
    found().of("impair").expect(0, &["impair rs1"]);
    found().of("netem-after").expect(0, &[]);
    found().of("heal").expect(0, &["healed"]);
}

#[test]
#[ignore = "boots Debian's kernel in emulation, which takes minutes"]
fn a_changed_file_gets_the_module_that_it_takes() {
    assert_ne!(found().of("wlc-before").code, 0, "it was loaded before: nothing is proved");
    found().of("change").expect(0, &["is up; changed:"]);
    found().of("wlc-after").expect(0, &[]);
}

#[test]
#[ignore = "boots Debian's kernel in emulation, which takes minutes"]
fn a_lab_keeps_what_it_has_where_a_changed_file_takes_more_than_the_kernel_has() {
    let named = ["module ip_vs_mh", "CONFIG_IP_VS_MH"];
    found().of("change-without-mh").expect(3, &named);
    found().of("request").expect(0, &["rs1", "rs2"]);
}

#[test]
#[ignore = "boots Debian's kernel in emulation, which takes minutes"]
fn ends_of_tunnels_in_every_namespace_are_no_drift() {
    found().of("status").expect(0, &["as the file says"]);
}

#[test]
#[ignore = "boots Debian's kernel in emulation, which takes minutes"]
fn down_leaves_nothing_but_the_modules() {
    found().of("down").expect(0, &["dr is down"]);
    assert_eq!(found().of("left-after-down").said, "");
    found().of("wlc-after-down").expect(0, &[]);
    assert_eq!(found().of("left-at-the-end").said, "");
}
