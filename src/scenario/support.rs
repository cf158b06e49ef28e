//! Samples and a lab made by hand.

use crate::lab::{
    Destination, ForwardingMethod, Interface, Lab, Node, Place, Protocol, Quorum, Role, Scheduler,
    VirtualService,
};
use crate::traffic::{Answer, Failure, Sample};
use std::net::SocketAddr;
use std::time::Duration;

/// `sample` for each word: who answered, or `refused` or `timeout`.
pub(crate) fn samples(words: &str) -> Vec<Sample> {
    let outcome = |word| match word {
        "refused" => Err(Failure::Refused),
        "timeout" => Err(Failure::AnswerTimedOut),
        name => Ok(name),
    };
    words.split_whitespace().enumerate().map(|(i, word)| sample(i, outcome(word))).collect()
}

/// A request on a connection of its own from 10.0.0.1, which took one millisecond more than its
/// index. The answer is `?` or `name`, `name:status` or `name:nopeer`.
pub(crate) fn sample(index: usize, outcome: Result<&str, Failure>) -> Sample {
    let outcome = outcome.map(|text| answer(text, index));
    let latency = Duration::from_millis(index as u64 + 1);
    let (started, waited) = (Duration::ZERO, Duration::ZERO);
    Sample { index, connection: index, started, waited, latency, outcome }
}

fn answer(text: &str, connection: usize) -> Answer {
    let (name, extra) = text.split_once(':').unwrap_or((text, ""));
    let local = SocketAddr::from(([10, 0, 0, 1], 40_000 + connection as u16));
    Answer {
        backend: (name != "?").then(|| name.to_owned()),
        status: extra.parse().unwrap_or(200),
        peer: (extra != "nopeer").then_some(local),
        local,
    }
}

/// A lab with `client` at 10.0.0.1, and no more.
pub(crate) fn lab() -> Lab {
    let interface = Interface {
        name: "eth0".to_owned(),
        network: "lan".parse().unwrap(),
        address: "10.0.0.1/24".parse().unwrap(),
        at: Place::root(),
    };
    let client = Node {
        name: "client".parse().unwrap(),
        role: Role::Client,
        interfaces: vec![interface],
        gateway: Default::default(),
        routes: Vec::new(),
        sysctls: Vec::new(),
        loopback_vips: false,
        commands: Vec::new(),
        at: Place::root(),
    };
    Lab {
        name: "test".parse().unwrap(),
        summary: None,
        networks: Vec::new(),
        nodes: vec![client],
        services: Vec::new(),
        high_availability: None,
        scenarios: Vec::new(),
    }
}

/// `web` at 10.0.0.100:80 with rs1, rs2... of weight 1.
pub(crate) fn service(scheduler: Scheduler, servers: u8) -> VirtualService {
    let destination = |n| Destination {
        real_server: format!("rs{n}").parse().unwrap(),
        address: [10, 0, 0, 10 + n].into(),
        port: 80,
        weight: 1,
        forwarding: ForwardingMethod::Dr,
        thresholds: Default::default(),
        at: Place::root(),
    };
    VirtualService {
        name: "web".parse().unwrap(),
        directors: vec!["director".parse().unwrap()],
        vip: [10, 0, 0, 100].into(),
        port: 80,
        protocol: Protocol::Tcp,
        scheduler,
        flags: Vec::new(),
        forwarding: ForwardingMethod::Dr,
        persistence: None,
        destinations: (1..=servers).map(destination).collect(),
        health_check: None,
        quorum: Quorum::default(),
        sorry_server: None,
        at: Place::root(),
    }
}
