use super::{builtin, load};
use crate::diag;
use crate::lab::Source;
use crate::lab::{
    CountRange, Distribution, Expected, Family, GatewayReason, Lab, NodeName, OnFailure,
    Preemption, Probe, Role, Transport, VrrpVersion,
};
use crate::plan::Op;
use crate::text::Style;
use proptest::prelude::*;
use serde_json::Value;
use std::time::Duration;

const HEAD: &str = "
name: lab
networks: { outside: 10.1.0.0/24, inside: 10.2.0.0/24, far: 10.9.0.0/24 }
clients:
  client: { addresses: { outside: 10.1.0.10 } }
directors:
  director: { addresses: { outside: 10.1.0.1, inside: 10.2.0.1 }, sysctls: SYSCTLS }
";

/// A lab with these real servers and virtual services, beyond reproach.
fn lab(rest: &str) -> Lab {
    lab_with_sysctls("{}", rest)
}

fn lab_with_sysctls(sysctls: &str, rest: &str) -> Lab {
    let text = format!("{}{rest}", HEAD.replace("SYSCTLS", sysctls));
    let source = Source { name: "lab.yaml".to_owned(), text };
    let valid = load(&source)
        .unwrap_or_else(|faults| panic!("{}", diag::text(&source, &faults, Style::default())));
    assert_eq!(valid.warnings, []);
    valid.lab
}

fn names(lab: &Lab, role: Role) -> Vec<&str> {
    lab.with_role(role).map(|n| n.name.as_str()).collect()
}

#[test]
fn the_nat_lab_has_everything_of_its_file() {
    let lab = load(&builtin("nat").unwrap()).unwrap().lab;
    insta::assert_json_snapshot!(without_places(serde_json::to_value(lab).unwrap()));
}

fn without_places(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let rest = entries.into_iter().filter(|(key, _)| key != "at");
            rest.map(|(key, value)| (key, without_places(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_places).collect(),
        scalar => scalar,
    }
}

#[test]
fn a_group_stands_for_its_members_in_lists() {
    let lab = lab("
real_servers:
  rs: { addresses: { inside: 10.2.0.9 }, replicas: 3 }
  last: { addresses: { inside: 10.2.0.20 } }
virtual_services:
  web: { vip: 10.1.0.100, port: 80, forwarding: nat, real_servers: { last: {}, rs: { weight: 2 } } }
scenarios:
  proof:
    - request: { from: client, service: web, count: 7 }
      expect: { distribution: { rs: 2, last: 1 } }
");
    assert_eq!(names(&lab, Role::RealServer), ["rs1", "rs2", "rs3", "last"]);
    let table: Vec<_> = lab.services[0]
        .destinations
        .iter()
        .map(|d| (d.real_server.as_str(), d.address.to_string(), d.weight))
        .collect();
    let expected = [("last", "10.2.0.20", 1), ("rs1", "10.2.0.9", 2), ("rs2", "10.2.0.10", 2)];
    let expected = expected.into_iter().chain([("rs3", "10.2.0.11", 2)]);
    assert_eq!(table, expected.map(|(n, a, w)| (n, a.to_owned(), w)).collect::<Vec<_>>());
    let Expected::Distribution(Distribution::Counts(counts)) =
        &lab.scenarios[0].steps[0].expectations[0].expected
    else {
        panic!("no counts")
    };
    let rs2: NodeName = "rs2".parse().unwrap();
    assert_eq!(counts[&rs2], CountRange::exactly(2));
    assert_eq!(counts.len(), 4);
}

#[test]
fn a_route_by_the_dip_is_as_good_as_a_gateway() {
    lab("
real_servers:
  rs1:
    addresses: { inside: 10.2.0.11 }
    gateway: none
    routes: { 10.1.0.0/24: 10.2.0.1 }
virtual_services:
  web: { vip: 10.1.0.100, port: 80, forwarding: nat, real_servers: [rs1] }
");
}

#[test]
fn a_director_that_accepts_its_own_vip_may_be_the_gateway_of_dr() {
    lab_with_sysctls(
        "{ net.ipv4.conf.all.accept_local: 1 }",
        "
real_servers:
  rs1: { addresses: { inside: 10.2.0.11 }, gateway: 10.2.0.1 }
virtual_services:
  web: { vip: 10.1.0.100, port: 80, forwarding: dr, real_servers: [rs1] }
",
    );
}

#[test]
fn the_vip_may_be_the_director_s_own_address() {
    lab("
real_servers:
  rs1: { addresses: { inside: 10.2.0.11 } }
virtual_services:
  web: { vip: 10.1.0.1, port: 80, forwarding: nat, real_servers: [rs1] }
");
}

#[test]
fn a_mixed_service_has_a_method_for_each_real_server() {
    let lab = lab("
real_servers:
  rs1: { addresses: { inside: 10.2.0.11 } }
  rs2: { addresses: { inside: 10.2.0.12, outside: 10.1.0.12 } }
virtual_services:
  web:
    vip: 10.1.0.100
    port: 80
    forwarding: masquerading
    real_servers: { rs1: { port: 8080 }, rs2: { forwarding: gatewaying } }
");
    assert_eq!(lab.services[0].methods().len(), 2);
}

#[test]
fn the_eleventh_interface_needs_a_shorter_name() {
    let networks: String = (0..11).map(|n| format!("  n{n}: 10.{n}.0.0/24\n")).collect();
    let addresses: String = (0..11).map(|n| format!("      n{n}: 10.{n}.0.1\n")).collect();
    let faults = |name: &str| {
        let text = format!(
            "name: lab\nnetworks:\n{networks}routers:\n  {name}:\n    addresses:\n{addresses}"
        );
        load(&Source { name: "lab.yaml".to_owned(), text }).err().unwrap_or_default()
    };
    assert_eq!(faults("twelve-bytes"), []);
    let messages: Vec<_> = faults("thirteen-byte").into_iter().map(|f| f.message).collect();
    assert_eq!(messages, ["`thirteen-byte.10` has 16 bytes; at most 15 are allowed"]);
}

#[test]
fn a_vip_that_two_services_put_on_two_directors_is_shared() {
    let text = builtin("dr").unwrap().text;
    let text = text
        .replace("directors:\n", "directors:\n  spare: { addresses: { lan: 192.168.137.198 } }\n")
        .replace("  web:\n", "  web:\n    directors: [director]\n")
        .replace(
            "scenarios:\n",
            "  tls: { vip: 192.168.137.100, port: 443, forwarding: dr, directors: [spare], \
             real_servers: [rs1] }\nscenarios:\n",
        );
    let warnings = load(&Source { name: "lab.yaml".to_owned(), text }).unwrap().warnings;
    let codes: Vec<_> = warnings.iter().map(|d| d.code.0).collect();
    assert_eq!(codes, ["L043"]);
}

/// Everything that can be said of high availability, health, load and faults.
const EVERYTHING: &str = include_str!("tests/high-availability.yaml");

fn loaded(text: &str) -> Lab {
    loaded_with(text, &[])
}

/// The lab of a file with these warnings.
fn loaded_with(text: &str, warnings: &[&str]) -> Lab {
    let source = Source { name: "lab.yaml".to_owned(), text: text.to_owned() };
    let valid = load(&source)
        .unwrap_or_else(|faults| panic!("{}", diag::text(&source, &faults, Style::default())));
    let codes: Vec<_> = valid.warnings.iter().map(|warning| warning.code.0).collect();
    assert_eq!(codes, warnings);
    valid.lab
}

#[test]
fn high_availability_has_everything_of_its_file() {
    // No built-in backend has the digest.
    let lab = loaded_with(EVERYTHING, &["L152"]);
    insta::assert_json_snapshot!(without_places(serde_json::to_value(lab).unwrap()));
}

/// Two directors with nothing but what is required; `MORE` and `SERVICE` are for more.
const SPARSE: &str = "
name: lab
networks: { lan: 10.1.0.0/24, inside: 10.2.0.0/24 }
clients: { client: { addresses: { lan: 10.1.0.10 } } }
directors:
  d1: { addresses: { lan: 10.1.0.1, inside: 10.2.0.1 } }
  d2: { addresses: { lan: 10.1.0.2, inside: 10.2.0.2 } }
  d3: { addresses: { lan: 10.1.0.3, inside: 10.2.0.3 } }
real_servers: { rs1: { addresses: { inside: 10.2.0.11 } } }
high_availability:
  virtual_routers:
    VI_1: { router_id: 1, priorities: { d2: 100, d1: 50 }MORE }
virtual_services:
  web: { vip: 10.1.0.100, port: 80, forwarding: METHOD, real_servers: [rs1] }
";

#[test]
fn two_words_are_one_whatever_joins_them() {
    let model =
        |text: &str| without_places(serde_json::to_value(loaded_with(text, &["L152"])).unwrap());
    for (spelled, other) in [
        ("kill_daemons:", "kill-daemons:"),
        ("connection: keep-alive", "connection: keep_alive"),
        ("real_servers:", "real-servers:"),
    ] {
        let respelled = EVERYTHING.replace(spelled, other);
        assert_ne!(respelled, EVERYTHING);
        assert_eq!(model(&respelled), model(EVERYTHING), "{other}");
    }
    let both =
        EVERYTHING.replace("kill_daemons: node04", "kill_daemons: node04, kill-daemons: node04");
    let source = Source { name: "both.yaml".to_owned(), text: both };
    let faults = load(&source).unwrap_err();
    assert!(faults.iter().any(|fault| fault.code.0 == "L004"), "{faults:#?}");
}

#[test]
fn a_fault_under_a_key_joined_by_a_hyphen_has_its_own_place() {
    let text = "name: lab\nreal-servers: { rs1: { addresses: { lan: 10.0.0.1 } } }\n";
    let faults = load(&Source { name: "lab.yaml".to_owned(), text: text.to_owned() }).unwrap_err();
    let fault = faults.iter().find(|fault| fault.code.0 == "L021").unwrap();
    let at = fault.position.unwrap();
    assert_eq!((at.line, at.column), (2, 37), "{faults:#?}");
}

fn sparse(more: &str, method: &str) -> Lab {
    loaded(&SPARSE.replace("MORE", more).replace("METHOD", method))
}

#[test]
fn a_virtual_router_has_defaults_for_all_but_its_id_and_priorities() {
    let lab = sparse("", "fullnat");
    let wanted = lab.high_availability.unwrap();
    let engines: Vec<_> = wanted.engines.iter().map(|(n, e)| format!("{n} {e}")).collect();
    assert_eq!(engines, ["d1 vrrp", "d2 vrrp"]);
    let router = &wanted.routers[0];
    assert_eq!(router.network.as_str(), "lan");
    assert_eq!(router.version, VrrpVersion::V2);
    assert_eq!(router.advert_interval, Duration::from_secs(1));
    assert_eq!(router.preemption, Preemption::After(Duration::ZERO));
    assert_eq!(router.transport, Transport::Multicast);
    assert_eq!(router.password, None);
    let vips: Vec<_> = router.vips.iter().map(|vip| vip.address.to_string()).collect();
    assert_eq!(vips, ["10.1.0.100/32"]);
    let directors: Vec<_> = lab.services[0].directors.iter().map(NodeName::as_str).collect();
    assert_eq!(directors, ["d2", "d1"], "those of the virtual router, and not `d3`");
}

#[test]
fn the_gateway_of_nat_moves_with_the_vip() {
    let lab = sparse(", vips: [10.1.0.100, 10.2.0.254]", "nat");
    let rs1 = lab.node(&"rs1".parse::<NodeName>().unwrap()).unwrap();
    let gateway = lab.default_gateway(rs1, Family::Inet).unwrap();
    assert_eq!(gateway.via.to_string(), "10.2.0.254");
    assert_eq!(gateway.reason, GatewayReason::VirtualRouter);
}

#[test]
fn the_gateway_of_nat_may_not_be_a_director_that_can_lose_the_vip() {
    let text = SPARSE
        .replace("MORE", ", vips: [10.1.0.100, 10.2.0.254]")
        .replace("METHOD", "nat")
        .replace("10.2.0.11 }", "10.2.0.11 }, gateway: 10.2.0.2");
    let faults = load(&Source { name: "lab.yaml".to_owned(), text }).unwrap_err();
    let codes: Vec<_> = faults.iter().map(|fault| fault.code.0).collect();
    assert_eq!(codes, ["L046"]);
}

#[test]
fn health_is_checked_without_virtual_routers_too() {
    let lab = lab("
real_servers:
  rs1: { addresses: { inside: 10.2.0.11 } }
virtual_services:
  web: { vip: 10.1.0.100, port: 80, forwarding: nat, real_servers: [rs1], health_check: { tcp: {} } }
");
    let check = lab.services[0].health_check.as_ref().unwrap();
    assert_eq!(check.probe, Probe::Tcp);
    assert_eq!(check.delay_loop, Duration::from_secs(60));
    assert_eq!(check.connect_timeout, Duration::from_secs(5));
    assert_eq!(check.delay_before_retry, Duration::from_secs(1));
    assert_eq!((check.nb_get_retry, check.on_failure), (1, OnFailure::Remove));
}

#[test]
fn an_owner_has_its_own_address_as_vip() {
    let text = SPARSE
        .replace("d2: 100", "d2: 255")
        .replace("MORE", "")
        .replace("vip: 10.1.0.100", "vip: 10.1.0.2")
        .replace("METHOD", "fullnat");
    assert_eq!(loaded(&text).high_availability.unwrap().routers[0].priorities[1], 50);
}

proptest! {
    /// Whatever is in a file: there is an answer, and it can be shown.
    #[test]
    fn no_text_is_too_strange(
        which in 0..7usize,
        cut in any::<prop::sample::Index>(),
        length in 0..40usize,
        put in "[ -~\t\n轮é]{0,12}",
    ) {
        let names = ["nat", "dr", "dr-multinet", "tun", "fullnat", "plain"];
        let everything = || Source { name: "ha.yaml".to_owned(), text: EVERYTHING.to_owned() };
        let mut source = names.get(which).map_or_else(everything, |name| builtin(name).unwrap());
        let mut letters: Vec<char> = source.text.chars().collect();
        let start = cut.index(letters.len());
        let end = (start + length).min(letters.len());
        letters.splice(start..end, put.chars());
        source.text = letters.into_iter().collect();
        let found = load(&source).map_or_else(|faults| faults, |valid| valid.warnings);
        let style = Style { width: Some(60), ..Style::default() };
        prop_assert!(diag::text(&source, &found, style).is_empty() == found.is_empty());
    }
}

#[test]
fn a_director_reaches_distant_real_servers_by_the_only_router() {
    let lab = lab("
routers:
  router: { addresses: { inside: 10.2.0.254, far: 10.9.0.254 }, routes: { 10.1.0.0/24: 10.2.0.1 } }
real_servers:
  rs1: { addresses: { far: 10.9.0.11 } }
virtual_services:
  web: { vip: 10.1.0.100, port: 80, forwarding: tun, real_servers: [rs1] }
");
    let director = lab.node(&"director".parse::<NodeName>().unwrap()).unwrap();
    let gateway = lab.default_gateway(director, Family::Inet);
    assert_eq!(gateway.unwrap().via.to_string(), "10.2.0.254");
}

#[test]
fn a_default_route_of_the_file_is_the_only_one() {
    let lab = lab("
routers:
  near: { addresses: { inside: 10.2.0.254 } }
  far: { addresses: { inside: 10.2.0.253, far: 10.9.0.1 } }
real_servers:
  rs1: { addresses: { inside: 10.2.0.11 }, routes: { 0.0.0.0/0: 10.2.0.253 } }
");
    let gateway = lab.default_gateway(lab.node(&name("rs1")).unwrap(), Family::Inet).unwrap();
    assert_eq!(gateway.via.to_string(), "10.2.0.253");
    assert_eq!(gateway.reason, GatewayReason::Asked);
    let routes = crate::plan::build(&lab).steps.into_iter().filter_map(|step| match step.op {
        Op::AddRoute { node, destination, via } if node == name("rs1") => Some((destination, via)),
        _ => None,
    });
    assert_eq!(routes.collect::<Vec<_>>(), [(None, gateway.via)]);
}

fn name(text: &str) -> NodeName {
    text.parse().unwrap()
}

#[test]
fn an_entry_says_by_which_address_a_real_server_is_reached_and_the_gateway_of_nat_goes_with_it() {
    let served = |entry: &str| {
        let lab = loaded(&format!(
            "
name: lab
networks: {{ outside: 10.1.0.0/24, admin: 10.9.0.0/24, inside: 10.2.0.0/24 }}
clients: {{ client: {{ addresses: {{ outside: 10.1.0.10 }} }} }}
directors:
  director: {{ addresses: {{ outside: 10.1.0.1, admin: 10.9.0.1, inside: 10.2.0.1 }} }}
real_servers:
  rs1: {{ addresses: {{ admin: 10.9.0.11, inside: 10.2.0.11 }} }}
  rs2: {{ addresses: {{ admin: 10.9.0.12, inside: 10.2.0.12 }} }}
virtual_services:
  web:
    vip: 10.1.0.100
    port: 80
    forwarding: nat
    real_servers: {{ rs1: {entry} }}
    health_check: {{ tcp: {{}} }}
    sorry_server: {{ server: rs2, address: inside }}
"
        ));
        let service = &lab.services[0];
        assert_eq!(service.sorry_server.as_ref().unwrap().address.to_string(), "10.2.0.12");
        let gateway = lab.default_gateway(lab.node(&name("rs1")).unwrap(), Family::Inet).unwrap();
        (service.destinations[0].address.to_string(), gateway.via.to_string())
    };
    assert_eq!(served("{}"), ("10.9.0.11".to_owned(), "10.9.0.1".to_owned()));
    assert_eq!(served("{ address: inside }"), ("10.2.0.11".to_owned(), "10.2.0.1".to_owned()));
}
