//! Different engines in one cluster: each must understand the other's adverts.

use crate::proof::Proof;
use crate::shared;
use crate::support::replaced;
use crate::text::{inner, parsed, scenarios, with_scenarios, written};
use serde_yaml::Value;

/// How they speak in the cluster: only version 2 has passwords, and only version 3 has IPv6.
#[derive(Clone, Copy)]
enum Version {
    Two,
    Three,
    Six,
}

/// The lab `ha` with an engine for each director, where the master dies, or is stopped or cut off,
/// and comes back.
fn cluster(engines: [&str; 2], version: Version) -> Value {
    let mut topology = match version {
        Version::Two | Version::Three => {
            with_scenarios(parsed("ha"), &["director-dies", "orderly-stop"])
        }
        Version::Six => with_scenarios(parsed("ha6"), &["director-dies", "cable-pulled"]),
    };
    let engine = format!("{{ node01: {}, node04: {} }}", engines[0], engines[1]);
    let engine: Value = serde_yaml::from_str(&engine).unwrap();
    inner(&mut topology, &["high_availability"]).insert("engine".into(), engine);
    let router = inner(&mut topology, &["high_availability", "virtual_routers", "VI_1"]);
    match version {
        Version::Two => assert_eq!(router["password"], "1111"),
        Version::Three => {
            router.remove("password").unwrap();
            router.insert("version".into(), 3.into());
        }
        Version::Six => {}
    }
    topology
}

fn understand_each_other(engines: [&str; 2], version: Version) {
    let _machine = shared();
    let topology = cluster(engines, version);
    Proof::of_text(&written(&topology)).assert_passed(&scenarios(&topology));
}

/// Passes the scenarios of a text with each engine.
fn every_engine_passes(text: &str) {
    let _machine = shared();
    for engine in ["vrrp", "keepalived", "ldirectord"] {
        let text = replaced(text, "ENGINE", engine);
        let topology: Value = serde_yaml::from_str(&text).unwrap();
        Proof::of_text(&text).assert_passed(&scenarios(&topology));
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn both_families_of_a_sync_group_move_as_one() {
    every_engine_passes(include_str!("families.yaml"));
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_hung_server_is_out_after_its_timeouts() {
    every_engine_passes(include_str!("hung.yaml"));
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_director_that_begins_as_master_preempts_whatever_the_file_says() {
    every_engine_passes(include_str!("returns.yaml"));
}

/// Both directors become master with each engine, and `vip_owner` says so.
fn both_are_master(differing: &str) {
    let _machine = shared();
    for engine in ["vrrp", "keepalived"] {
        let text = replaced(include_str!("split.yaml"), "ENGINE", engine);
        let proof = Proof::of_text(&replaced(&text, "OVERRIDE", differing));
        assert_eq!(proof.refuted(), [("vip_owner", "failed")], "{}", proof.ran.stdout);
        assert_eq!(proof.observed("vip_owner"), ["node01 and node04 hold 192.168.150.100"]);
        assert_eq!(proof.observed("vrrp_state").len(), 2);
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn directors_with_differing_router_ids_are_both_master() {
    both_are_master("{ router_id: 52 }");
}

#[test]
#[ignore = "needs the guest kernel"]
fn directors_with_differing_passwords_are_both_master() {
    both_are_master("{ password: \"2222\" }");
}

#[test]
#[ignore = "needs the guest kernel"]
fn directors_with_differing_vips_are_both_master() {
    both_are_master("{ vips: [192.168.150.100, 192.168.150.101] }");
}

macro_rules! clusters {
    ($($test:ident: $first:literal, $second:literal, $version:ident;)*) => {
        $(
            #[test]
            #[ignore = "needs the guest kernel"]
            fn $test() {
                understand_each_other([$first, $second], Version::$version);
            }
        )*
    };
}

clusters! {
    keepalived_stands_in_for_us_with_a_password: "vrrp", "keepalived", Two;
    we_stand_in_for_keepalived_with_a_password: "keepalived", "vrrp", Two;
    keepalived_stands_in_for_us_in_version_3: "vrrp", "keepalived", Three;
    we_stand_in_for_keepalived_in_version_3: "keepalived", "vrrp", Three;
    keepalived_stands_in_for_us_over_ipv6: "vrrp", "keepalived", Six;
    we_stand_in_for_keepalived_over_ipv6: "keepalived", "vrrp", Six;
}
