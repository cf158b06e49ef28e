//! The schedulers' sequences as they were measured on real kernels, and what must always be true.

use super::{Choice, Oracle, Unpredictable};
use crate::lab::{
    Destination, ForwardingMethod, Persistence, Place, Protocol, Quorum, Scheduled, Scheduler,
    SchedulerFlag, Thresholds, Tunnel, VirtualService,
};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// r1, r2... with these weights, 10.0.0.11 and so on, behind 10.0.0.100:80.
pub(super) fn service(scheduler: Scheduler, weights: &[u32]) -> VirtualService {
    let entries = weights.iter().zip(1u8..).map(|(&weight, n)| Destination {
        real_server: format!("r{n}").parse().unwrap(),
        address: IpAddr::V4(Ipv4Addr::new(10, 0, 0, 10 + n)),
        port: 80,
        weight,
        forwarding: ForwardingMethod::Dr,
        tunnel: Tunnel::Ipip,
        thresholds: Thresholds::default(),
        at: Place::root(),
    });
    VirtualService {
        name: "web".parse().unwrap(),
        directors: vec!["director".parse().unwrap()],
        vip: IpAddr::V4(Ipv4Addr::new(10, 0, 0, 100)),
        port: 80,
        marked: None,
        protocol: Protocol::Tcp,
        scheduled: Scheduled::Connections,
        scheduler,
        flags: Vec::new(),
        forwarding: ForwardingMethod::Dr,
        tunnel: Tunnel::Ipip,
        persistence: None,
        destinations: entries.collect(),
        health_check: None,
        quorum: Quorum::default(),
        sorry_server: None,
        at: Place::root(),
    }
}

fn client(host: u8, port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::new(10, 0, 0, host), port))
}

fn word(choice: Choice) -> String {
    match choice {
        Choice::Destination(index) => (index + 1).to_string(),
        Choice::Refused => "x".to_owned(),
    }
}

/// Connections from one client that are all kept open: the numbers of r1, r2..., x if refused.
fn held(service: &VirtualService, count: u16) -> String {
    let mut oracle = Oracle::new(service).unwrap();
    (0..count).map(|n| word(oracle.connect(client(1, 40_000 + n)).unwrap())).collect()
}

/// Connections from one client, each closed before the next.
fn short(service: &VirtualService, count: u16) -> String {
    let mut oracle = Oracle::new(service).unwrap();
    let mut one = |n| {
        let choice = oracle.connect(client(1, 40_000 + n)).unwrap();
        oracle.close(client(1, 40_000 + n));
        word(choice)
    };
    (0..count).map(&mut one).collect()
}

fn both(scheduler: Scheduler, weights: &[u32], expected: &str) {
    let (service, count) = (service(scheduler, weights), expected.len() as u16);
    assert_eq!(short(&service, count), expected, "{scheduler} short");
    assert_eq!(held(&service, count), expected, "{scheduler} held");
}

fn each(scheduler: Scheduler, weights: &[u32], expected: [&str; 2]) {
    let service = service(scheduler, weights);
    assert_eq!(short(&service, expected[0].len() as u16), expected[0], "{scheduler} short");
    assert_eq!(held(&service, expected[1].len() as u16), expected[1], "{scheduler} held");
}

#[test]
fn round_robin_begins_with_the_server_added_last_and_ignores_weights() {
    both(Scheduler::Rr, &[1, 1, 1], "321321321321");
    both(Scheduler::Rr, &[3, 2, 1], "321321321321");
}

#[test]
fn weighted_round_robin_begins_in_the_middle_of_its_period() {
    both(Scheduler::Wrr, &[1, 1, 1], "321321321321");
    both(Scheduler::Wrr, &[3, 2, 1], "321121321121");
    both(Scheduler::Wrr, &[5, 3, 2], "32111213213211121321");
    both(Scheduler::Wrr, &[10, 6, 4], "32111213213211121321");
}

#[test]
fn least_connection_ignores_weights() {
    both(Scheduler::Lc, &[1, 1, 1], "321321321321");
    both(Scheduler::Lc, &[3, 2, 1], "321321321321");
}

#[test]
fn weighted_least_connection_counts_closed_connections_too() {
    both(Scheduler::Wlc, &[1, 1, 1], "321321321321");
    both(Scheduler::Wlc, &[3, 2, 1], "321121321121");
    both(Scheduler::Wlc, &[5, 3, 2], "32112131213211213121");
}

#[test]
fn shortest_expected_delay_piles_short_connections_on_one_server() {
    each(Scheduler::Sed, &[1, 1, 1], ["333333333333", "321321321321"]);
    each(Scheduler::Sed, &[3, 2, 1], ["111111111111", "121321121321"]);
    each(Scheduler::Sed, &[5, 3, 2], ["11111", "12131213211213121321"]);
}

#[test]
fn never_queue_takes_idle_servers_first() {
    each(Scheduler::Nq, &[1, 1, 1], ["333333333333", "321321321321"]);
    each(Scheduler::Nq, &[3, 2, 1], ["333333333333", "321121121321"]);
    each(Scheduler::Nq, &[5, 3, 2], ["33333", "32111213211213121321"]);
}

#[test]
fn failover_takes_the_greatest_weight() {
    both(Scheduler::Fo, &[1, 1, 1], "333333333333");
    both(Scheduler::Fo, &[3, 2, 1], "111111111111");
}

#[test]
fn overflow_refuses_when_every_server_has_more_than_its_weight() {
    each(Scheduler::Ovf, &[1, 1, 1], ["333333333333", "332211xxxxxx"]);
    each(Scheduler::Ovf, &[3, 2, 1], ["111111111111", "111122233xxx"]);
}

#[test]
fn locality_moves_on_when_its_server_is_full_and_another_is_half_idle() {
    each(Scheduler::Lblc, &[1, 1, 1], ["333333333333", "332211111111"]);
    each(Scheduler::Lblc, &[3, 2, 1], ["333333333333", "332221111111"]);
}

#[test]
fn locality_with_replication_spreads_over_its_set() {
    each(Scheduler::Lblcr, &[1, 1, 1], ["333333333333", "332211123123"]);
    each(Scheduler::Lblcr, &[3, 2, 1], ["333333333333", "332221111121"]);
}

#[test]
fn nobody_predicts_lots_or_how_many_associations_are_open() {
    let twos = service(Scheduler::Twos, &[1]);
    assert_eq!(Oracle::new(&twos).err(), Some(Unpredictable::Random(Scheduler::Twos)));
    let sctp = |scheduler| VirtualService { protocol: Protocol::Sctp, ..service(scheduler, &[1]) };
    assert_eq!(Oracle::new(&sctp(Scheduler::Wlc)).err(), Some(Unpredictable::Sctp));
    assert_eq!(held(&sctp(Scheduler::Rr), 3), "111");
}

/// A client port's datagrams, one a second: where they go.
fn datagrams(service: &VirtualService, ports: &[u16]) -> String {
    let mut oracle = Oracle::new(service).unwrap();
    let mut answers = String::new();
    for (second, port) in ports.iter().enumerate() {
        oracle.advance(Duration::from_secs(second as u64));
        answers += &word(oracle.connect(client(1, *port)).unwrap());
        oracle.close(client(1, *port));
    }
    answers
}

#[test]
fn a_port_of_udp_keeps_its_server_and_a_new_port_is_scheduled() {
    let udp = VirtualService { protocol: Protocol::Udp, ..service(Scheduler::Rr, &[1, 1]) };
    assert_eq!(datagrams(&udp, &[1, 1, 1, 2, 2, 3, 1]), "2221122");
}

#[test]
fn an_entry_of_udp_goes_five_minutes_after_its_last_datagram() {
    let udp = VirtualService { protocol: Protocol::Udp, ..service(Scheduler::Rr, &[1, 1]) };
    let mut oracle = Oracle::new(&udp).unwrap();
    let mut at = |seconds| {
        oracle.advance(Duration::from_secs(seconds));
        word(oracle.connect(client(1, 40_000)).unwrap())
    };
    assert_eq!([at(0), at(299), at(598), at(899)].concat(), "2221");
}

#[test]
fn what_counts_connections_counts_the_entries_of_udp_as_inactive() {
    let udp = |scheduler| VirtualService { protocol: Protocol::Udp, ..service(scheduler, &[1, 1]) };
    assert_eq!(datagrams(&udp(Scheduler::Wlc), &[1, 2, 3, 4]), "2121");
    // These count active connections only, and there are none.
    assert_eq!(datagrams(&udp(Scheduler::Sed), &[1, 2, 3, 4]), "2222");
    assert_eq!(datagrams(&udp(Scheduler::Ovf), &[1, 2, 3, 4]), "2222");
}

#[test]
fn one_packet_scheduling_asks_for_each_datagram_and_remembers_none() {
    let packets = |scheduler| VirtualService {
        protocol: Protocol::Udp,
        scheduled: Scheduled::Packets,
        ..service(scheduler, &[1, 1])
    };
    assert_eq!(datagrams(&packets(Scheduler::Rr), &[1, 1, 1, 1]), "2121");
    assert_eq!(datagrams(&packets(Scheduler::Wlc), &[1, 1, 1, 1]), "2222");
}

#[test]
fn a_quiesced_server_gets_nothing_and_a_service_without_servers_refuses() {
    both(Scheduler::Rr, &[1, 0, 1], "313131");
    both(Scheduler::Wrr, &[0, 0], "xxx");
    both(Scheduler::Wlc, &[], "xx");
    both(Scheduler::Dh, &[], "x");
    both(Scheduler::Sh, &[], "x");
    both(Scheduler::Mh, &[0], "x");
}

#[test]
fn a_full_server_stays_out_until_enough_entries_are_gone() {
    let mut service = service(Scheduler::Rr, &[1, 1]);
    service.destinations[0].thresholds = Thresholds { upper: 2, lower: 1 };
    assert_eq!(short(&service, 8), "21212222");
}

#[test]
fn a_full_server_comes_back_when_its_entries_expire() {
    let mut service = service(Scheduler::Fo, &[1]);
    service.destinations[0].thresholds = Thresholds { upper: 1, lower: 0 };
    let mut oracle = Oracle::new(&service).unwrap();
    assert_eq!(oracle.connect(client(1, 1)), Ok(Choice::Destination(0)));
    oracle.close(client(1, 1));
    oracle.advance(Duration::from_secs(119));
    assert_eq!(oracle.connect(client(1, 2)), Ok(Choice::Refused));
    oracle.advance(Duration::from_secs(121));
    assert_eq!(oracle.connect(client(1, 3)), Ok(Choice::Destination(0)));
}

#[test]
fn persistence_sends_a_network_of_clients_to_one_server() {
    let mut service = service(Scheduler::Rr, &[1, 1]);
    let timeout = Duration::from_secs(300);
    service.persistence = Some(Persistence { timeout, prefix_length: 24 });
    let mut oracle = Oracle::new(&service).unwrap();
    for host in [1, 2, 200] {
        assert_eq!(oracle.connect(client(host, 40_000)), Ok(Choice::Destination(1)));
    }
    let other = SocketAddr::from((Ipv4Addr::new(10, 0, 1, 1), 40_000));
    assert_eq!(oracle.connect(other), Ok(Choice::Destination(0)));
}

#[test]
fn a_template_outlives_its_time_while_entries_of_its_connections_linger() {
    let mut service = service(Scheduler::Rr, &[1, 1]);
    let timeout = Duration::from_secs(5);
    service.persistence = Some(Persistence { timeout, prefix_length: 32 });
    let mut oracle = Oracle::new(&service).unwrap();
    let mut visit = |seconds, port| {
        oracle.advance(Duration::from_secs(seconds));
        let choice = oracle.connect(client(1, port)).unwrap();
        oracle.close(client(1, port));
        word(choice)
    };
    assert_eq!(visit(0, 1), "2");
    assert_eq!(visit(60, 2), "2");
    assert_eq!(visit(400, 3), "1");
}

#[test]
fn the_same_source_port_stays_in_dr_and_is_scheduled_anew_in_nat() {
    let visits = |service: &VirtualService| {
        let mut oracle = Oracle::new(service).unwrap();
        let mut visit = |_| {
            let choice = oracle.connect(client(1, 40_000)).unwrap();
            oracle.close(client(1, 40_000));
            word(choice)
        };
        (0..4).map(&mut visit).collect::<String>()
    };
    let mut service = service(Scheduler::Rr, &[1, 1]);
    assert_eq!(visits(&service), "2222");
    service.destinations.iter_mut().for_each(|d| d.forwarding = ForwardingMethod::Nat);
    assert_eq!(visits(&service), "2121");
}

fn schedulers() -> impl Strategy<Value = Scheduler> {
    let known: Vec<_> = Scheduler::ALL.iter().copied().filter(|s| *s != Scheduler::Twos).collect();
    proptest::sample::select(known)
}

fn counts(sequence: &str, servers: usize) -> Vec<u32> {
    let count = |n: usize| sequence.matches(&n.to_string()).count() as u32;
    (1..=servers).map(count).collect()
}

proptest! {
    #[test]
    fn weights_are_kept_exactly_over_whole_periods(
        weights in proptest::collection::vec(0u32..8, 1..6),
        periods in 1u32..4,
    ) {
        let connections = periods * weights.iter().sum::<u32>();
        let expected: Vec<_> = weights.iter().map(|w| w * periods).collect();
        for scheduler in [Scheduler::Wrr, Scheduler::Wlc] {
            let sequence = short(&service(scheduler, &weights), connections as u16);
            prop_assert_eq!(counts(&sequence, weights.len()), expected.clone());
        }
    }

    #[test]
    fn a_server_without_weight_is_never_chosen_and_refusals_mean_none_has_one(
        scheduler in schedulers(),
        weights in proptest::collection::vec(0u32..5, 1..6),
        fallback in any::<bool>(),
    ) {
        let mut service = service(scheduler, &weights);
        service.flags.extend(fallback.then_some(SchedulerFlag::Fallback));
        let hashes = matches!(scheduler, Scheduler::Dh | Scheduler::Sh) && !fallback;
        let may_refuse = hashes || scheduler == Scheduler::Dh || weights.iter().all(|w| *w == 0);
        for choice in short(&service, 12).chars() {
            match choice.to_digit(10) {
                Some(number) => prop_assert!(weights[number as usize - 1] > 0),
                None => prop_assert!(may_refuse),
            }
        }
    }

    #[test]
    fn hashes_stick_to_the_client(host in 1u8..255, weights in proptest::collection::vec(1u32..5, 1..6)) {
        for scheduler in [Scheduler::Sh, Scheduler::Mh, Scheduler::Dh] {
            let mut oracle = Oracle::new(&service(scheduler, &weights)).unwrap();
            let first = oracle.connect(client(host, 1));
            for port in 2..9 {
                prop_assert_eq!(oracle.connect(client(host, port)), first);
            }
        }
    }
}
