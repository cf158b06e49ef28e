//! One mistake is one diagnostic, and two mistakes are two: each place of a sound topology is made a
//! bad one in turn.

mod slip;

use super::{builtin, load};
use crate::diag::Diagnostic;
use crate::lab::{Place, Source};
use slip::{Slip, slips};

/// What is told of a text, warnings too.
fn told(text: String) -> Vec<Diagnostic> {
    match load(&Source { name: "lab.yaml".to_owned(), text }) {
        Ok(valid) => valid.warnings,
        Err(faults) => faults,
    }
}

fn codes(text: String) -> Vec<&'static str> {
    told(text).iter().map(|fault| fault.code.0).collect()
}

/// Slips that really make two things wrong.
fn is_more_than_one(at: &Place, slip: Slip) -> bool {
    let place = at.to_string();
    let is_of = |part: &str| place.contains(part);
    slip == Slip::LeftOut
        // The other director is alone, and what is expected of the first one is wrong.
        && (is_of(".priorities.")
            // Everything that names a virtual router, or expects a VIP to move, is wrong.
            || place == "high_availability.virtual_routers"
            // Each answer is expected to come through the tier, which is asked no more.
            || is_of("backends.9000.upstream"))
}

/// Holds that each slip of a built-in topology, outside of `but`, is told once at most; how many are
/// told.
fn one_at_most(name: &str, but: &str) -> usize {
    let text = builtin(name).unwrap().text;
    let mut count = 0;
    for (at, slip, text) in slips(&text) {
        if is_more_than_one(&at, slip) || !but.is_empty() && at.to_string().starts_with(but) {
            continue;
        }
        let found = told(text);
        let messages: Vec<_> = found.iter().map(|d| (d.code.0, &d.message)).collect();
        assert!(found.len() <= 1, "{name}: {slip:?} at {at}: {messages:#?}");
        count += found.len();
    }
    count
}

#[test]
fn a_slip_is_one_diagnostic_in_nat_and_tun() {
    assert!(one_at_most("nat", "") > 200);
    assert!(one_at_most("tun", "scenarios") > 150);
}

#[test]
fn a_slip_is_one_diagnostic_in_dr() {
    assert!(one_at_most("dr", "scenarios") > 120);
    assert!(one_at_most("dr-multinet", "scenarios") > 150);
}

#[test]
fn a_slip_is_one_diagnostic_with_two_directors() {
    assert!(one_at_most("ha-nat", "scenarios") > 250);
}

#[test]
fn a_slip_is_one_diagnostic_with_tiers() {
    assert!(one_at_most("notes/003-dr-discuz", "") > 300);
}

#[test]
fn a_slip_is_one_diagnostic_in_ipv6() {
    assert!(one_at_most("tun6", "scenarios") > 150);
    assert!(one_at_most("dr6", "") > 200);
}

/// A built-in topology with some words changed.
fn changed(name: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(builtin(name).unwrap().text, |text, (old, new)| {
        assert!(text.contains(old), "`{old}` is not in {name}");
        text.replacen(old, new, 1)
    })
}

/// A word of a built-in topology, what stands there instead, and the one thing that is told.
type Change = (&'static str, &'static str, &'static str, &'static str);

/// Slips that cannot be made of every place.
const CHANGES: &[Change] = &[
    // A node's own address as its gateway.
    (
        "nat",
        "inside: 192.168.137.200 }",
        "inside: 192.168.137.200 }, gateway: 192.168.137.200",
        "L023",
    ),
    ("tun", "gateway: 192.168.136.1 ", "gateway: 192.168.136.199 ", "L023"),
    ("dr-multinet", "farm: 10.0.0.200 }", "farm: 10.0.0.200 }, gateway: 10.0.0.200", "L023"),
    // A gateway that no node has, where something needs it, and where nothing does.
    ("tun", "gateway: 192.168.136.1 ", "gateway: 192.168.136.77 ", "L050"),
    (
        "nat",
        "outside: 192.168.136.10 }",
        "outside: 192.168.136.10 }, gateway: 192.168.136.77",
        "L024",
    ),
    // A real server of NAT with another gateway than the DIP.
    ("nat", "inside: 192.168.137.200 }", "inside: 192.168.137.200 }, gateway: none", "L046"),
    // A character that no text may have, in a name, a key and a word.
    ("nat", "  rs1: {", "  \"rs1\\e\": {", "L133"),
    ("nat", "scheduler: rr", "\"scheduler\\e\": rr", "L133"),
    ("nat", "scheduler: rr", "scheduler: \"rr\\e\"", "L133"),
    ("nat", "  inside: 192.168.137.0/24", "  \"insi\\ede\": 192.168.137.0/24", "L133"),
    // A letter that looks like another one.
    ("nat", "  rs1: {", "  rs１: {", "L132"),
    ("nat", "  web:\n", "  wｅb:\n", "L132"),
    // Sections under another name.
    ("tun", "routers:\n", "gateways:\n", "L005"),
    ("dr", "directors:\n", "balancers:\n", "L005"),
    ("ha-nat", "high_availability:\n", "high-availabilities:\n", "L005"),
    ("localnode", "directors:\n", "director:\n", "L005"),
    // A subnet that is none of its addresses' own, that of another network, or given twice.
    ("nat", "  inside: 192.168.137.0/24", "  inside: 192.168.138.0/24", "L018"),
    ("dr", "lan: 192.168.137.0/24", "lan: 192.168.138.0/24", "L018"),
    ("ha-nat", "  inside: 192.168.137.0/24", "  inside: 192.168.138.0/24", "L018"),
    ("nat", "  outside: 192.168.136.0/24", "  outside: 192.168.137.0/24", "L017"),
    (
        "nat",
        "  outside: 192.168.136.0/24\n",
        "  outside: 192.168.136.0/24\n  outside: 192.168.138.0/24\n",
        "L004",
    ),
    // More replicas than there is room for, and two nodes with one address.
    ("nat", "inside: 192.168.137.200 }", "inside: 192.168.137.200 }, replicas: 100", "L028"),
    ("nat", "inside: 192.168.137.201 }", "inside: 192.168.137.200 }", "L020"),
    ("nat", "real_servers: [rs1, rs2]", "real_servers: [rs1, rs2, rs1]", "L039"),
    // A protocol that is none is not the default one.
    ("sctp", "protocol: sctp", "protocol: stcp", "L008"),
    // A VIP that differs between its virtual router and its service.
    ("ha-nat", "vips: [192.168.136.100]", "vips: [192.168.136.101]", "L077"),
    // All real servers of NAT lose what one setting of their service loses.
    (
        "nat",
        "    forwarding: nat\n",
        "    forwarding: nat\n    protocol: udp\n    one_packet: true\n",
        "L102",
    ),
    // Directors that share a VIP, whatever services it has.
    ("ipvs-settings", "    directors: [quick]\n", "", "L043"),
    // A real server of NAT cannot be one of DR too, whatever services it is in.
    (
        "localnode",
        "{ rs2: { port: 8080 }, director: { port: 8080 } }",
        "{ rs2: { port: 8080 }, director: { port: 8080 }, rs1: { port: 8080, weight: 0 } }",
        "L047",
    ),
    // A load that is missing, whatever was expected of it.
    ("ha-nat", "      - load: { from: client, service: web, rate: 20 }\n", "", "L089"),
    // How many requests there are decides how many may be sent at once.
    ("notes/003-nat-discuz", "count: 2, concurrency", "counts: 2, concurrency", "L005"),
];

#[test]
fn a_slip_of_another_kind_is_one_diagnostic_too() {
    for (name, old, new, code) in CHANGES {
        assert_eq!(codes(changed(name, &[(old, new)])), [*code], "{name}: {new}");
    }
}

/// Two changes of words, and what is told of them.
type Pair = ([(&'static str, &'static str); 2], [&'static str; 2]);

/// Two mistakes that have nothing to do with each other, in a built-in topology.
const PAIRS: &[(&str, Pair)] = &[
    (
        "nat",
        (
            [("vip: 192.168.136.100", "vip: 198.51.100.7"), ("scheduler: rr", "scheduler: rx")],
            ["L032", "L041"],
        ),
    ),
    (
        "nat",
        (
            [("outside: 192.168.136.10 ", "outside: 192.168.136.x "), ("count: 100", "count: 0")],
            ["L015", "L061"],
        ),
    ),
    (
        "dr-multinet",
        (
            [
                ("rs1: { weight: 3 }", "rs1: { weight: 70000 }"),
                ("internet: 192.168.10.6 }", "internet: 192.168.10.6 }, gateway: 192.168.10.99"),
            ],
            ["L024", "L034"],
        ),
    ),
    (
        "dr-multinet",
        (
            [
                ("rs1: { weight: 3 }", "rs1: { weight: 70000 }"),
                ("farm: 10.0.0.8 }", "farm: 10.0.0.8 }, gateway: 10.9.0.9"),
            ],
            ["L023", "L034"],
        ),
    ),
    (
        "tun",
        (
            [
                (
                    "far: 192.168.137.200 }",
                    "far: 192.168.137.200 }, sysctls: { net.ipv4.ip_forwar: 1 }",
                ),
                ("near: 192.168.136.1, ", ""),
            ],
            ["L142", "L050"],
        ),
    ),
    // A misspelt key stands for the one that it resembles, not for another that is missing.
    (
        "nat",
        (
            [("    vip: 192.168.136.100\n", ""), ("scheduler: rr", "schedular: rr")],
            ["L005", "L006"],
        ),
    ),
    (
        "nat",
        (
            [
                (
                    "client: { addresses: { outside: 192.168.136.10 } }",
                    "client: { gatway: 192.168.136.1 }",
                ),
                ("scheduler: rr", "scheduler: rr"),
            ],
            ["L005", "L006"],
        ),
    ),
    ("ha-nat", ([("      router_id: 51\n", ""), ("track: [{", "trak: [{")], ["L005", "L006"])),
    // A gateway that no node has may be meant: it says nothing of other ways.
    (
        "tun",
        (
            [
                ("192.168.136.10 }", "192.168.136.10 }, gateway: 192.168.136.77"),
                ("192.168.137.200 }", "192.168.137.200 }, gateway: 10.9.9.9"),
            ],
            ["L023", "L024"],
        ),
    ),
    (
        "tun",
        (
            [
                ("192.168.136.10 }", "192.168.136.10 }, gateway: 192.168.136.77"),
                ("192.168.137.201 }", "192.168.137.201 }, gateway: none"),
            ],
            ["L024", "L064"],
        ),
    ),
    (
        "tun",
        (
            [
                ("192.168.136.10 }", "192.168.136.10 }, gateway: 192.168.136.77"),
                ("far: 192.168.137.201 }", "far: 192.168.137.x }"),
            ],
            ["L015", "L024"],
        ),
    ),
    // Nor do a next hop and an address that are wrong, unless a way goes by them.
    (
        "tun",
        (
            [
                ("192.168.137.200 }", "192.168.137.200 }, gateway: 10.9.9.9"),
                ("192.168.137.201 }", "192.168.137.201 }, gateway: none"),
            ],
            ["L023", "L064"],
        ),
    ),
    (
        "nat",
        (
            [
                ("vip: 192.168.136.100", "vip: 198.51.100.7"),
                ("inside: 192.168.137.201 }", "inside: 192.168.137.200 }"),
            ],
            ["L020", "L041"],
        ),
    ),
    (
        "nat",
        (
            [
                ("outside: 192.168.136.10 }", "outside: 192.168.136.10 }, gateway: 10.9.9.9"),
                ("inside: 192.168.137.199 }", "outsid: 192.168.137.199 }"),
            ],
            ["L021", "L023"],
        ),
    ),
    // A director without an interface is told once, though its virtual router is faulty.
    (
        "ha-nat",
        (
            [
                ("outside: 192.168.136.1, inside: 192.168.137.197 }", "outside: 192.168.136.1 }"),
                ("      router_id: 52\n", "      router_id: 0\n"),
            ],
            ["L050", "L068"],
        ),
    ),
    // What is missing or faulty of a virtual service says nothing of its other keys.
    (
        "nat",
        (
            [
                ("forwarding: nat", "forwarding: masq"),
                ("vip: 192.168.136.100", "vip: 192.168.136.300"),
            ],
            ["L008", "L015"],
        ),
    ),
    (
        "nat",
        (
            [
                ("    forwarding: nat\n", ""),
                ("real_servers: [rs1, rs2]", "real_servers: [rs1, rs7]"),
            ],
            ["L006", "L030"],
        ),
    ),
    (
        "nat",
        (
            [("port: 80\n", "port: 0\n"), ("real_servers: [rs1, rs2]", "real_servers: [rs1, rs7]")],
            ["L030", "L035"],
        ),
    ),
    (
        "nat",
        (
            [
                ("forwarding: nat", "forwarding: masq"),
                ("real_servers: [rs1, rs2]", "real_servers: [rs1, rs2, rs1]"),
            ],
            ["L008", "L039"],
        ),
    ),
    (
        "nat",
        (
            [
                ("    vip: 192.168.136.100\n", ""),
                ("scheduler: rr", "health_check: { http: { path: index.html } }"),
            ],
            ["L006", "L062"],
        ),
    ),
    (
        "nat",
        (
            [
                ("port: 80\n", "ports: [80, 443]\n"),
                ("scheduler: rr", "health_check: { http: {}, tcp: {} }"),
            ],
            ["L009", "L098"],
        ),
    ),
    // Nor do those of a virtual router.
    (
        "ha-nat",
        (
            [("      router_id: 51\n", ""), ("priorities: { d1: 100", "priorities: { d7: 100")],
            ["L006", "L030"],
        ),
    ),
    (
        "ha-nat",
        (
            [
                ("      router_id: 51\n", "      router_id: x\n"),
                ("track: [{ network: outside", "track: [{ network: outsid"),
            ],
            ["L007", "L021"],
        ),
    ),
    (
        "ha-nat",
        (
            [
                ("priorities: { d1: 100, d2: 50 }", "priorities: [d1, d2]"),
                ("router_id: 51", "router_id: 300"),
            ],
            ["L007", "L068"],
        ),
    ),
    (
        "ha-nat",
        (
            [("high_availability:\n", "high_availabilityx:\n"), ("scheduler: rr", "scheduler: rx")],
            ["L005", "L032"],
        ),
    ),
    (
        "ha-nat",
        (
            [
                ("priorities: { d1: 100", "priorities: { d7: 100"),
                ("inside: 192.168.137.201 }", "insides: 192.168.137.201 }"),
            ],
            ["L021", "L030"],
        ),
    ),
    (
        "nat",
        (
            [
                ("real_servers: [rs1, rs2]", "real_servers: [rs1, rs7]"),
                ("{ rs1: 50, rs2: 50 }", "{ rs1: 50, rs8: 50 }"),
            ],
            ["L030", "L030"],
        ),
    ),
];

#[test]
fn of_two_mistakes_both_are_told() {
    for (name, (changes, expected)) in PAIRS {
        let mut found = codes(changed(name, changes));
        found.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{name}: {changes:?}");
    }
}

#[test]
fn an_unknown_name_is_told_once_with_the_lines_that_have_it_too() {
    let text = changed("nat", &[("  inside: 192.168.137.0/24", "  inner: 192.168.137.0/24")]);
    let found = told(text);
    let [fault] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(fault.message, "the network `inside` is not defined");
    let lines = fault.help.split_once("; lines ").map(|(_, lines)| lines);
    assert!(lines.is_some_and(|lines| lines.ends_with(" have the name too")), "{}", fault.help);
}
