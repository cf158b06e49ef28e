//! What `check` passes can be built: files of likely and unlikely words are generated, and those
//! without an error are applied, operation by operation, to a kernel that refuses what Linux does.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use lvs_lab::kernel::{Fake, Kernel};
use lvs_lab::lab::{Lab, Source};
use lvs_lab::plan;
use lvs_lab::topology;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use std::cell::Cell;

/// One of these words.
fn word(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(words)
}

/// The first word nearly always.
fn mostly(first: &'static str, others: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![12 => Just(first), 1 => word(others)].prop_map(str::to_owned)
}

/// Networks' names and subnets.
fn network() -> impl Strategy<Value = (String, String)> {
    let name = mostly("inside", &["lo", "all", "tunl0", "default", "ip6tnl0", "gre0", "eth0"]);
    let subnet = mostly(
        "10.2.0.0/24",
        &["127.0.0.0/8", "224.0.0.0/24", "240.0.0.0/24", "0.0.0.0/8", "10.2.0.0/31", "fd00:2::/64"],
    );
    (name, subnet)
}

const ADDRESSES: &[&str] = &[
    "224.0.0.18",
    "127.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "240.0.0.1",
    "10.2.0.0",
    "10.2.0.255",
    "10.1.0.1",
    "10.1.0.50",
    "ff02::12",
    "::1",
    "172.16.0.1",
];

/// What a node may say beside its addresses.
fn more() -> impl Strategy<Value = String> {
    let gateway = mostly("", &["gateway: none", "gateway: 10.1.0.254", "gateway: 10.2.0.1"]);
    let destination =
        word(&["0.0.0.0/0", "10.1.0.0/24", "10.2.0.0/24", "10.9.0.0/24", "10.1.0.10/32", "::/0"]);
    let hop = word(&["10.1.0.254", "10.1.0.1", "10.2.0.1", "10.1.0.10"]);
    let routes = prop::collection::vec((destination, hop), 0..2).prop_map(|routes| {
        let routes = routes.iter().map(|(to, via)| format!("\"{to}\": {via}"));
        routes.collect::<Vec<_>>().join(", ")
    });
    let sysctl = mostly(
        "",
        &[
            "net.ipv4.ip_forward: 0",
            "net.ipv4.conf.all.arp_ignroe: 1",
            "net.ipv4.conf.eth5.rp_filter: 1",
            "net.ipv4.conf.eth0.rp_filter: 1",
            "net.ipv4.conf.tunl0.rp_filter: 1",
            "net.ipv4.tcp_mem: 1",
        ],
    );
    (gateway, routes, sysctl).prop_map(|(gateway, routes, sysctl)| {
        let comma = if gateway.is_empty() { "" } else { ", " };
        format!("{gateway}{comma}routes: {{ {routes} }}, sysctls: {{ {sysctl} }}")
    })
}

fn service() -> impl Strategy<Value = String> {
    let vip = prop_oneof![12 => Just("10.1.0.100"), 1 => word(ADDRESSES)];
    let forwarding = word(&["nat", "dr", "tun", "fullnat"]);
    let scheduler = word(&["rr", "sh", "mh", "wlc"]);
    let entry = word(&["{}", "{ weight: 0 }", "{ port: 8080 }", "{ address: inside }"]);
    let sorry = word(&["", "sorry_server: rs1", "sorry_server: rs2"]);
    (vip, forwarding, scheduler, entry, sorry).prop_map(|(vip, method, scheduler, entry, sorry)| {
        format!(
            "    vip: \"{vip}\"\n    port: 80\n    forwarding: {method}\n    scheduler: {scheduler}\n    \
             real_servers: {{ rs1: {entry}, rs2: {{}} }}\n    health_check: {{ tcp: {{}} }}\n    \
             {sorry}\n"
        )
    })
}

fn file() -> impl Strategy<Value = String> {
    let client = prop_oneof![12 => Just("10.1.0.10"), 1 => word(ADDRESSES)];
    let interval = word(&["1s", "9s", "10s", "255s"]);
    (network(), client, more(), more(), service(), prop::option::of(interval)).prop_map(
        |((network, subnet), client, of_client, of_server, service, interval)| {
            let availability = interval.map_or(String::new(), |interval| {
                format!(
                    "high_availability:\n  virtual_routers:\n    VI_1: {{ router_id: 51, priorities: \
                     {{ d1: 100, d2: 90 }}, vips: [10.1.0.100, 10.2.0.100], advert_interval: \
                     {interval} }}\n"
                )
            });
            format!(
                "name: lab\nnetworks: {{ outside: 10.1.0.0/24, {network}: \"{subnet}\" }}\nclients:\n  \
                 client: {{ addresses: {{ outside: \"{client}\" }}, {of_client} }}\nrouters:\n  \
                 router: {{ addresses: {{ outside: 10.1.0.254, {network}: 10.2.0.254 }} }}\ndirectors:\
                 \n  d1: {{ addresses: {{ outside: 10.1.0.1, {network}: 10.2.0.1 }} }}\n  d2: {{ \
                 addresses: {{ outside: 10.1.0.2, {network}: 10.2.0.2 }} }}\nreal_servers:\n  rs1: {{ \
                 addresses: {{ {network}: 10.2.0.11 }}, {of_server} }}\n  rs2: {{ addresses: {{ \
                 {network}: 10.2.0.12 }} }}\n{availability}virtual_services:\n  web:\n{service}"
            )
        },
    )
}

fn passed(text: &str) -> Option<Lab> {
    let source = Source { name: "lab.yaml".to_owned(), text: text.to_owned() };
    topology::load(&source).ok().map(|valid| valid.lab)
}

fn can_be_built(lab: &Lab) -> TestCaseResult {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut kernel = Fake::new();
    for step in plan::build(lab).steps {
        let applied = runtime.block_on(kernel.apply(&step.op));
        prop_assert!(applied.is_ok(), "{}: {}", step.op, applied.unwrap_err());
    }
    Ok(())
}

#[test]
fn a_file_that_check_passes_can_be_built() {
    let built = Cell::new(0);
    let mut runner =
        TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(500) });
    let result = runner.run(&file(), |text| match passed(&text) {
        Some(lab) => {
            built.set(built.get() + 1);
            can_be_built(&lab).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))
        }
        None => Ok(()),
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(built.get() >= 50, "only {} of the files passed", built.get());
}
