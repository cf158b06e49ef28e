use super::*;
use crate::ha::check::example::{entry, web, web_or_sorry};
use crate::lab::Quorum;
use proptest::prelude::*;

/// The wanted destinations, as in "1*1 2*0": the last number of the address, and the weight.
fn shown(entries: &[DestinationEntry]) -> String {
    let words = entries.iter().map(|entry| {
        let address = entry.address.ip().to_string();
        format!("{}*{}", address.trim_start_matches("10.0.0."), entry.weight)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What is wanted at first, and after each event: `-2` server 2 failed, `+2` it serves again.
fn story(plan: CheckedService, events: &[i32]) -> Vec<String> {
    let mut service = Service::new(plan);
    let mut seen = vec![shown(&service.wanted())];
    for event in events {
        let health = if *event < 0 { Health::Down } else { Health::Up };
        service.note(event.unsigned_abs() as usize - 1, health);
        seen.push(shown(&service.wanted()));
    }
    seen
}

fn quiesced(mut plan: CheckedService) -> CheckedService {
    plan.check.on_failure = OnFailure::Quiesce;
    plan
}

fn quorum(weight: u32, hysteresis: u32, plan: CheckedService) -> CheckedService {
    CheckedService { quorum: Quorum { weight, hysteresis }, ..plan }
}

#[test]
fn a_failed_server_is_removed_and_comes_back_with_its_weight() {
    let seen = story(web(&[3, 1]), &[-1, 1, -2, -1, 2]);
    assert_eq!(seen, ["1*3 2*1", "2*1", "1*3 2*1", "1*3", "", "2*1"]);
}

#[test]
fn a_quiesced_server_stays_with_weight_0() {
    let seen = story(quiesced(web(&[3, 1])), &[-1, -2, 1]);
    assert_eq!(seen, ["1*3 2*1", "1*0 2*1", "1*0 2*0", "1*3 2*0"]);
}

#[test]
fn without_a_sorry_server_quorum_changes_nothing() {
    assert_eq!(story(quorum(2, 0, web(&[1, 1])), &[-1, 1]), ["1*1 2*1", "2*1", "1*1 2*1"]);
}

#[test]
fn the_sorry_server_replaces_all_and_goes_away_again() {
    let seen = story(quorum(2, 0, web_or_sorry(&[1, 1, 1])), &[-1, -2, -3, 3, 1]);
    assert_eq!(seen, ["1*1 2*1 3*1", "2*1 3*1", "99*1", "99*1", "99*1", "1*1 3*1"]);
}

#[test]
fn while_the_sorry_server_serves_quiesced_servers_all_have_weight_0() {
    let seen = story(quorum(2, 0, quiesced(web_or_sorry(&[1, 2]))), &[-2, 2]);
    assert_eq!(seen, ["1*1 2*2", "99*1 1*0 2*0", "1*1 2*2"]);
}

#[test]
fn quorum_counts_weights_and_hysteresis_dampens_both_ways() {
    let plan = quorum(4, 1, web_or_sorry(&[1, 1, 1, 1, 1]));
    let mut service = Service::new(plan);
    let mut after = |server: usize, health| {
        service.note(server - 1, health);
        (service.weight(), service.quorum)
    };
    assert_eq!(after(1, Health::Down), (4, QuorumState::Held));
    assert_eq!(after(2, Health::Down), (3, QuorumState::Held));
    assert_eq!(after(3, Health::Down), (2, QuorumState::Lost));
    assert_eq!(after(3, Health::Up), (3, QuorumState::Lost));
    assert_eq!(after(2, Health::Up), (4, QuorumState::Lost));
    assert_eq!(after(1, Health::Up), (5, QuorumState::Held));
}

#[test]
fn no_weight_at_all_is_never_a_quorum() {
    let seen = story(quorum(2, 2, web_or_sorry(&[2, 2])), &[-1, -2, 1, 2]);
    assert_eq!(seen, ["1*2 2*2", "2*2", "99*1", "99*1", "1*2 2*2"]);
}

#[test]
fn servers_that_are_too_few_from_the_beginning_leave_it_to_the_sorry_server() {
    assert_eq!(story(quorum(3, 0, web_or_sorry(&[1, 1])), &[]), ["99*1"]);
}

#[test]
fn a_sorry_server_may_be_a_real_server_too() {
    let mut plan = quorum(2, 0, quiesced(web(&[1, 1])));
    plan.sorry_server = Some(entry(2, 5));
    assert_eq!(story(plan, &[-1, 1]), ["1*1 2*1", "2*5 1*0", "1*1 2*1"]);
}

#[test]
fn additions_come_first_and_in_the_order_of_the_servers() {
    let (sorry, servers) = ([entry(99, 1)], [entry(1, 1), entry(2, 2)]);
    let [put_1, put_2, put_99] = [entry(1, 1), entry(2, 2), entry(99, 1)].map(Change::Put);
    let delete = |number| Change::Delete(entry(number, 1).address);
    assert_eq!(changes(&servers, &sorry), [put_99, delete(1), delete(2)]);
    assert_eq!(changes(&sorry, &servers), [put_1, put_2.clone(), delete(99)]);
    assert_eq!(changes(&servers[..1], &servers), [put_2]);
    assert_eq!(changes(&servers, &servers), []);
    assert_eq!(changes(&[entry(1, 1)], &[entry(1, 0)]), [Change::Put(entry(1, 0))]);
}

fn plans() -> impl Strategy<Value = CheckedService> {
    let weights = proptest::collection::vec(0..4_u32, 1..6);
    (weights, any::<bool>(), any::<bool>(), 1..5_u32, 0..3_u32).prop_map(
        |(weights, sorry, inhibit, weight, hysteresis)| {
            let plan = if sorry { web_or_sorry(&weights) } else { web(&weights) };
            quorum(weight, hysteresis, if inhibit { quiesced(plan) } else { plan })
        },
    )
}

proptest! {
    /// The table as a whole follows from who is up and whether there is quorum, whatever the way.
    #[test]
    fn changes_one_after_the_other_make_the_table_that_is_wanted(
        plan in plans(),
        events in proptest::collection::vec((0..6_usize, any::<bool>()), 0..40),
    ) {
        let servers = plan.servers.len();
        let mut service = Service::new(plan.clone());
        let mut table = service.wanted();
        let mut up = vec![true; servers];
        for (server, serves) in events {
            let (server, health) = (server % servers, if serves { Health::Up } else { Health::Down });
            let before = service.wanted();
            service.note(server, health);
            up[server] = serves;
            for change in changes(&before, &service.wanted()) {
                let address = change.address();
                let place = table.iter().position(|entry| entry.address == address);
                match (change, place) {
                    (Change::Put(entry), Some(place)) => table[place] = entry,
                    (Change::Put(entry), None) => table.push(entry),
                    (Change::Delete(_), place) => { table.remove(place.unwrap()); }
                }
            }
            table.sort_by_key(|entry| entry.address);
            prop_assert_eq!(shown(&table), shown(&from_scratch(&plan, &up, service.quorum)));
            let weight: u64 = service.weight();
            let (needed, slack) = (plan.quorum.weight.into(), u64::from(plan.quorum.hysteresis));
            match service.quorum {
                QuorumState::Held => prop_assert!(weight > 0 && weight + slack >= needed),
                QuorumState::Lost => prop_assert!(weight < needed + slack),
            }
        }
    }
}

/// The same said in another way, in the order of addresses.
fn from_scratch(plan: &CheckedService, up: &[bool], quorum: QuorumState) -> Vec<DestinationEntry> {
    let sorry = plan.sorry_server.clone().filter(|_| quorum == QuorumState::Lost);
    let mut table = Vec::new();
    for (server, up) in plan.servers.iter().zip(up) {
        let mut entry = server.entry.clone();
        if !up || sorry.is_some() {
            if plan.check.on_failure == OnFailure::Remove {
                continue;
            }
            entry.weight = 0;
        }
        table.push(entry);
    }
    table.extend(sorry);
    table
}
