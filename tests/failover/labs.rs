//! Every built-in lab of high availability proves itself.

use crate::proof::Proof;
use crate::shared;
use crate::text::{parsed, scenarios};

/// Tests a built-in lab, which has these scenarios.
fn proves_itself(lab: &str, wanted: &[&str]) {
    let _machine = shared();
    assert_eq!(scenarios(&parsed(lab)), wanted);
    Proof::of(lab).assert_passed(&scenarios(&parsed(lab)));
}

/// The scenarios of note 001, with every engine.
const CLUSTER: [&str; 5] =
    ["election", "director-dies", "server-dies", "daemon-dies", "orderly-stop"];

macro_rules! proofs {
    ($($test:ident: $lab:literal, $scenarios:expr;)*) => {
        $(
            #[test]
            #[ignore = "needs the guest kernel"]
            fn $test() {
                proves_itself($lab, &$scenarios);
            }
        )*
    };
}

proofs! {
    two_directors_stand_in_for_each_other: "ha", CLUSTER;
    keepalived_does_the_same: "ha-keepalived", CLUSTER;
    ldirectord_does_the_same: "ha-ldirectord", CLUSTER;
    vip_and_gateway_move_together: "ha-nat",
        ["round-robin", "one-cable-moves-both", "director-dies", "server-quiesced"];
    each_director_is_master_of_one_vip: "ha-active-active",
        ["both-work", "one-holds-both", "connections-die"];
    kept_connections_outlive_their_director: "ha-sync", ["connections-survive", "no-fail-back"];
}

#[test]
fn the_labs_of_the_engines_differ_in_nothing_else() {
    let common = |lab| {
        let mut topology = parsed(lab);
        let all = topology.as_mapping_mut().unwrap();
        let named = ["name", "summary"].map(|key| all.remove(key).unwrap());
        let engine = all["high_availability"].as_mapping_mut().unwrap().remove("engine");
        (topology, named, engine.unwrap())
    };
    let (ha, names, engine) = common("ha");
    assert_eq!(engine, "vrrp");
    for (lab, wanted) in [("ha-keepalived", "keepalived"), ("ha-ldirectord", "ldirectord")] {
        let (topology, named, engine) = common(lab);
        assert_eq!(engine, wanted);
        assert_eq!(named[0], lab);
        assert_ne!(named[1], names[1]);
        assert_eq!(topology, ha, "{lab}");
    }
}
