//! Different engines in one cluster: each must understand the other's adverts.

use crate::proof::Proof;
use crate::shared;
use crate::text::{inner, parsed, scenarios, with_scenarios, written};
use serde_yaml::Value;

/// The version of VRRP in the cluster; only version 2 has passwords.
#[derive(Clone, Copy)]
enum Version {
    Two,
    Three,
}

/// The lab `ha` with an engine for each director, where the master dies, or is stopped, and comes
/// back.
fn cluster(engines: [&str; 2], version: Version) -> Value {
    let mut topology = with_scenarios(parsed("ha"), &["director-dies", "orderly-stop"]);
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
    }
    topology
}

fn understand_each_other(engines: [&str; 2], version: Version) {
    let _machine = shared();
    let topology = cluster(engines, version);
    Proof::of_text(&written(&topology)).assert_passed(&scenarios(&topology));
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
}
