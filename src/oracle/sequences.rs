//! The schedulers' sequences as they were measured on real kernels, and what must always be true.

use super::{Choice, Oracle, Tuple, Unpredictable};
use crate::lab::{
    ForwardingMethod, Persistence, Protocol, Scheduled, Scheduler, SchedulerFlag, Thresholds,
    VirtualService, sample_service,
};
use proptest::prelude::*;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// r1, r2... with these weights, 10.0.0.11 and so on, behind 10.0.0.100:80.
pub(super) fn service(scheduler: Scheduler, weights: &[u32]) -> VirtualService {
    sample_service(scheduler, "r", weights)
}

fn client(host: u8, port: u16) -> Tuple {
    to_vip(SocketAddr::from((Ipv4Addr::new(10, 0, 0, host), port)))
}

/// A connection to the service's only VIP.
pub(super) fn to_vip(client: SocketAddr) -> Tuple {
    Tuple { client, target: SocketAddr::from(([10, 0, 0, 100], 80)) }
}

/// A connection to another port of the VIP.
fn to_port(tuple: Tuple, port: u16) -> Tuple {
    Tuple { target: SocketAddr::new(tuple.target.ip(), port), ..tuple }
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
fn nobody_predicts_lots_or_the_load_of_associations() {
    let twos = service(Scheduler::Twos, &[1]);
    assert_eq!(Oracle::new(&twos).err(), Some(Unpredictable::Random(Scheduler::Twos)));
    let sctp = |scheduler| VirtualService { protocol: Protocol::Sctp, ..service(scheduler, &[1]) };
    assert_eq!(Oracle::new(&sctp(Scheduler::Wlc)).err(), Some(Unpredictable::Sctp));
    assert!(Oracle::new(&sctp(Scheduler::Rr)).is_ok());
}

#[test]
fn a_port_of_udp_stays_with_its_server_and_packets_of_one_packet_scheduling_do_not() {
    let datagrams = |service: &VirtualService| {
        let mut oracle = Oracle::new(service).unwrap();
        let mut send = |port| word(oracle.connect(client(1, port)).unwrap());
        [1, 1, 2, 1, 3].map(&mut send).concat()
    };
    let udp = VirtualService { protocol: Protocol::Udp, ..service(Scheduler::Rr, &[1, 1]) };
    assert_eq!(datagrams(&udp), "22122");
    let packets = VirtualService { scheduled: Scheduled::Packets, ..udp };
    assert_eq!(datagrams(&packets), "21212");
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
    oracle.advance(Duration::from_secs(125));
    assert_eq!(oracle.connect(client(1, 3)), Err(Unpredictable::Timer));
    oracle.advance(Duration::from_secs(136));
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
    let other = to_vip(SocketAddr::from((Ipv4Addr::new(10, 0, 1, 1), 40_000)));
    assert_eq!(oracle.connect(other), Ok(Choice::Destination(0)));
}

#[test]
fn the_ports_of_a_firewall_mark_take_turns_together() {
    let service = service(Scheduler::Rr, &[1, 1]);
    let mut oracle = Oracle::new(&service).unwrap();
    let mut visit = |port| {
        // The same client port all the time: an entry is of one virtual port.
        let tuple = to_port(client(1, 40_000), port);
        let choice = oracle.connect(tuple).unwrap();
        oracle.close(tuple);
        word(choice)
    };
    assert_eq!([80, 443, 8080, 80, 443].map(&mut visit), ["2", "1", "2", "2", "1"]);
}

#[test]
fn a_template_stands_for_every_port_of_a_firewall_mark() {
    let mut service = service(Scheduler::Rr, &[1, 1]);
    let timeout = Duration::from_secs(300);
    service.persistence = Some(Persistence { timeout, prefix_length: 32 });
    let mut oracle = Oracle::new(&service).unwrap();
    assert_eq!(oracle.connect(to_port(client(1, 1), 80)), Ok(Choice::Destination(1)));
    assert_eq!(oracle.connect(to_port(client(2, 1), 443)), Ok(Choice::Destination(0)));
    assert_eq!(oracle.connect(to_port(client(1, 2), 443)), Ok(Choice::Destination(1)));
    assert_eq!(oracle.connect(to_port(client(2, 2), 80)), Ok(Choice::Destination(0)));
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

/// Connections that stay open, each number a client's port; `-2` removes r2, `+2` adds it again,
/// `2*0` gives it a weight of 0.
fn edited(service: &VirtualService, steps: &str) -> String {
    let mut oracle = Oracle::new(service).unwrap();
    let (mut said, mut port) = (String::new(), 0);
    let index = |text: &str| text.parse::<usize>().unwrap() - 1;
    for step in steps.split(' ') {
        if let Some(server) = step.strip_prefix('-') {
            oracle.remove(index(server));
        } else if let Some(server) = step.strip_prefix('+') {
            oracle.put(index(server), service.destinations[index(server)].weight);
        } else if let Some((server, weight)) = step.split_once('*') {
            oracle.put(index(server), weight.parse().unwrap());
        } else {
            for _ in 0..step.parse().unwrap() {
                port += 1;
                said += &word(oracle.connect(client(1, port)).unwrap());
            }
            said.push(' ');
        }
    }
    said.trim_end().to_owned()
}

#[test]
fn a_server_that_comes_back_is_the_first_of_the_list() {
    let rr = service(Scheduler::Rr, &[1, 1, 1]);
    assert_eq!(edited(&rr, "4 -2 4 +2 6"), "3213 1313 123123");
}

#[test]
fn a_weight_that_changes_begins_the_round_of_wrr_anew_and_not_that_of_rr() {
    assert_eq!(edited(&service(Scheduler::Rr, &[1, 1, 1]), "1 2*5 3"), "3 213");
    assert_eq!(edited(&service(Scheduler::Wrr, &[1, 1, 1]), "1 2*1 3"), "3 321");
}

#[test]
fn what_was_held_when_a_server_was_removed_still_counts_when_it_is_back() {
    assert_eq!(edited(&service(Scheduler::Wlc, &[1, 1]), "4 -2 2 +2 3"), "2121 11 222");
}

#[test]
fn mh_keeps_the_buckets_of_a_server_that_is_quiesced_later() {
    let clients = |service: &VirtualService, weight: Option<u32>| {
        let mut oracle = Oracle::new(service).unwrap();
        weight.into_iter().for_each(|weight| oracle.put(0, weight));
        let mut one = |host| word(oracle.connect(client(host, 1)).unwrap());
        (1..40).map(&mut one).collect::<String>()
    };
    let both = service(Scheduler::Mh, &[1, 1]);
    assert_eq!(clients(&both, Some(0)), clients(&both, None).replace('1', "x"));
    let added_so = clients(&service(Scheduler::Mh, &[0, 1]), None);
    assert_eq!(added_so, "2".repeat(39));
}

#[test]
fn a_template_of_a_server_that_is_removed_is_dropped() {
    let mut service = service(Scheduler::Rr, &[1, 1, 1]);
    let timeout = Duration::from_secs(300);
    service.persistence = Some(Persistence { timeout, prefix_length: 32 });
    assert_eq!(edited(&service, "2 -3 2 +3 2"), "33 22 22");
}

#[test]
fn a_mark_spreads_its_destination_addresses() {
    let oracle = |scheduler| Oracle::new(&service(scheduler, &[1, 1, 1])).unwrap();
    let ask = |oracle: &mut Oracle, vip: u8, port| {
        let (client, target) = ([10, 0, 0, 1], [10, 0, 0, vip]);
        let tuple = Tuple { client: (client, port).into(), target: (target, 80).into() };
        word(oracle.connect(tuple).unwrap())
    };
    for scheduler in [Scheduler::Dh, Scheduler::Lblc] {
        let mut oracle = oracle(scheduler);
        let mut first = |vip| ask(&mut oracle, vip, 1);
        let once: Vec<_> = (100..110).map(&mut first).collect();
        let mut again = |vip| ask(&mut oracle, vip, 2);
        assert_eq!((100..110).map(&mut again).collect::<Vec<_>>(), once, "{scheduler}");
        assert!((1..=3).all(|n| once.contains(&n.to_string())), "{scheduler}: {once:?}");
    }
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
