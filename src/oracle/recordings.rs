//! Replays what real kernels were seen to do.

use super::sequences::{service, to_vip};
use super::{Choice, Oracle, Tuple};
use crate::lab::{
    ForwardingMethod, Persistence, Scheduler, SchedulerFlag, Thresholds, VirtualService,
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

const LINUX_6_1: &str = include_str!("recordings/linux-6.1.176.txt");

fn split(pair: &str, at: char) -> (u32, u32) {
    let (a, b) = pair.split_once(at).unwrap();
    (a.parse().unwrap(), b.parse().unwrap())
}

fn flag(word: &str) -> SchedulerFlag {
    if word == "port" { SchedulerFlag::Port } else { SchedulerFlag::Fallback }
}

/// The service that a recording's first seven words describe.
fn recorded(words: &[&str]) -> VirtualService {
    let &[scheduler, flags, forwarding, vip, weights, thresholds, persistence] = words else {
        panic!("seven words, not {words:?}");
    };
    let scheduler = Scheduler::ALL.iter().find(|s| s.keyword() == scheduler).unwrap();
    let weights: Vec<_> = weights.split(',').map(|w| w.parse().unwrap()).collect();
    let mut service = service(*scheduler, &weights);
    service.vip = vip.parse().unwrap();
    service.flags = flags.split(',').filter(|f| *f != "-").map(flag).collect();
    let (network, method) =
        if forwarding == "nat" { (2, ForwardingMethod::Nat) } else { (1, ForwardingMethod::Dr) };
    for (destination, n) in service.destinations.iter_mut().zip(1..) {
        destination.address = Ipv4Addr::new(10, network, 200, n).into();
        destination.forwarding = method;
    }
    let limits = thresholds.split('/').filter(|t| *t != "-").map(|pair| split(pair, ':'));
    for (destination, (upper, lower)) in service.destinations.iter_mut().zip(limits) {
        destination.thresholds = Thresholds { upper, lower };
    }
    service.persistence = (persistence != "-").then(|| {
        let (seconds, length) = split(persistence, '/');
        Persistence { timeout: Duration::from_secs(seconds.into()), prefix_length: length as u8 }
    });
    service
}

fn client(text: &str, vip: IpAddr) -> Tuple {
    let (host, port) = split(text, ':');
    let client = SocketAddr::from((Ipv4Addr::new(10, 1, 0, host as u8), port as u16));
    Tuple { target: SocketAddr::new(vip, 80), ..to_vip(client) }
}

fn number(choice: Choice) -> String {
    match choice {
        Choice::Destination(index) => (index + 1).to_string(),
        Choice::Refused => "x".to_owned(),
    }
}

/// How many connections the oracle foresaw, up to the first unpredictable one.
fn foreseen(line: &str) -> usize {
    let words: Vec<_> = line.split(' ').collect();
    let service = recorded(&words[..7]);
    let mut oracle = Oracle::new(&service).unwrap();
    let (mut foreseen, mut now) = (0, Duration::ZERO);
    for event in &words[7..] {
        if let Some(seconds) = event.strip_prefix('~') {
            now += Duration::from_secs(seconds.parse().unwrap());
            oracle.advance(now);
        } else if let Some(who) = event.strip_prefix('-') {
            oracle.close(client(who, service.vip));
        } else if let Some((who, seen)) = event[1..].split_once('=') {
            let Ok(said) = oracle.connect(client(who, service.vip)) else { return foreseen };
            assert_eq!(number(said), seen, "at `{event}` of {line}");
            foreseen += 1;
        }
    }
    foreseen
}

// Ten of the recorded connections come too close to the end of an old entry's time.
#[test]
fn the_oracle_says_what_linux_6_1_did() {
    let lines = LINUX_6_1.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(lines.map(foreseen).sum::<usize>(), 6011);
}
