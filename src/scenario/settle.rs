use super::{Look, Stage, TableLook};
use crate::lab::{
    Destination, Election, Lab, NodeName, Preemption, VirtualAddress, VirtualRouter,
    VirtualService, VrrpState,
};
use std::net::IpAddr;
use std::time::Duration;

/// How much longer than its own times a lab may take to be as it was: a busy machine is slow.
const SLACK: Duration = Duration::from_secs(30);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits until a lab has come to rest: each VIP has one owner, the director of the highest priority
/// where that one preempts, and the tables are as the file says or as they were at `first`, and
/// returns the last look. That it does not get there in time is no error: the next scenario will
/// say what it is missing.
pub(super) async fn settle<S: Stage>(
    lab: &Lab,
    stage: &mut S,
    first: Option<&Look>,
) -> Option<Look> {
    let (begun, limit) = (stage.now(), lab.settling() + SLACK);
    loop {
        let look = stage.look().await.ok();
        let rests = look.as_ref().is_some_and(|look| is_settled(lab, first, look));
        if rests || stage.now().saturating_sub(begun) >= limit {
            return look;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn is_settled(lab: &Lab, first: Option<&Look>, now: &Look) -> bool {
    let is_as_before = || first.is_some_and(|first| tables(first) == tables(now));
    has_owners(lab, now) && (is_as_written(lab, now) || is_as_before())
}

fn has_owners(lab: &Lab, now: &Look) -> bool {
    let wanted = lab.high_availability.iter();
    let mut elections = wanted.flat_map(|ha| {
        let of = |router| ha.elections(router).into_iter().map(move |election| (router, election));
        ha.routers.iter().flat_map(of)
    });
    elections.all(|(router, election)| {
        let owner = rightful(router, &election);
        let is_owned = |vip: &&VirtualAddress| is_owned(now, &election, vip.address.addr(), owner);
        election.vips.iter().all(is_owned) && is_led(now, router, &election)
    })
}

/// Whether all that take part have recorded a state, and one of them that it is master.
fn is_led(look: &Look, router: &VirtualRouter, election: &Election<'_>) -> bool {
    let state = |name: &&NodeName| {
        let director = look.directors.iter().find(|director| director.name == **name)?;
        let mut states = director.states.iter().filter(|(of, _)| of == &router.name);
        states.next_back().map(|(_, state)| *state)
    };
    let states: Vec<_> = election.directors.iter().map(state).collect();
    let masters = states.iter().filter(|state| **state == Some(VrrpState::Master));
    masters.count() == 1 && states.iter().all(Option::is_some)
}

/// Whether every director has the servers that the file gives it, and no others.
fn is_as_written(lab: &Lab, now: &Look) -> bool {
    let servers = |service: &VirtualService| {
        let entry = |d: &Destination| (d.real_server.to_string(), d.weight);
        service.destinations.iter().map(entry).collect()
    };
    let of_director = |director: &NodeName| {
        let mine = lab.services.iter().filter(|service| service.directors.contains(director));
        let table = mine.map(|s| TableLook { service: s.name.clone(), servers: servers(s) });
        entries(&table.collect::<Vec<_>>())
    };
    now.directors.iter().all(|director| of_director(&director.name) == entries(&director.table))
}

/// The director that takes the VIPs from any other one, if there is one.
fn rightful<'r>(router: &VirtualRouter, election: &Election<'r>) -> Option<&'r NodeName> {
    let priority = |name: &&NodeName| router.priorities.get(*name).copied();
    let first = election.directors.iter().copied().max_by_key(priority)?;
    (router.member(first).preemption != Preemption::Never).then_some(first)
}

/// Whether one director of an election holds the VIP, and the one that should.
fn is_owned(look: &Look, election: &Election<'_>, vip: IpAddr, owner: Option<&NodeName>) -> bool {
    let holders = look.holders(vip).into_iter().filter(|name| election.directors.contains(name));
    match holders.collect::<Vec<_>>().as_slice() {
        [one] => owner.is_none_or(|owner| owner == *one),
        _ => false,
    }
}

fn tables(look: &Look) -> Vec<Vec<String>> {
    look.directors.iter().map(|director| entries(&director.table)).collect()
}

/// The entries of a table, whatever their order.
fn entries(table: &[TableLook]) -> Vec<String> {
    let servers = table.iter().flat_map(|table| {
        let entry = |(name, weight): &(String, u32)| format!("{} {name} {weight}", table.service);
        table.servers.iter().map(entry)
    });
    let mut servers: Vec<_> = servers.collect();
    servers.sort();
    servers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Place, Scheduler, Transport, VrrpVersion};
    use crate::scenario::DirectorLook;
    use crate::scenario::support::{director, farm};

    fn look(servers: &[&str]) -> Look {
        let servers = servers.iter().map(|name| ((*name).to_owned(), 1)).collect();
        let table = vec![TableLook { service: "web".parse().unwrap(), servers }];
        Look { directors: vec![DirectorLook { table, ..director("node01") }] }
    }

    #[test]
    fn a_server_that_is_still_out_is_waited_for_and_an_order_is_not() {
        let (lab, first) = (farm(Scheduler::Rr), look(&["rs1", "rs2"]));
        for first in [None, Some(&first)] {
            assert!(!is_settled(&lab, first, &look(&["rs1"])));
            assert!(is_settled(&lab, first, &look(&["rs2", "rs1"])));
        }
    }

    #[test]
    fn a_lab_that_began_without_a_server_may_have_it_or_not() {
        let (lab, first) = (farm(Scheduler::Rr), look(&["rs1"]));
        assert!(is_settled(&lab, Some(&first), &look(&["rs1"])));
        assert!(is_settled(&lab, Some(&first), &look(&["rs1", "rs2"])));
        assert!(!is_settled(&lab, Some(&first), &look(&["rs2"])));
        assert!(!is_settled(&lab, Some(&first), &look(&["rs1", "rs2", "10.0.0.9:80"])));
    }

    #[test]
    fn one_owner_is_right_where_nobody_preempts() {
        let (vip, name) = (IpAddr::from([10, 0, 0, 100]), "node01".parse().unwrap());
        let held = DirectorLook { vips: vec![vip], ..director("node04") };
        let now = Look { directors: vec![director("node01"), held.clone()] };
        let router = router();
        let directors = router.priorities.keys().collect();
        let both_of = Election { directors, vips: Vec::new() };
        let is_owned = |look: &Look, owner| is_owned(look, &both_of, vip, owner);
        assert!(is_owned(&now, None));
        assert!(!is_owned(&now, Some(&name)));
        let both = Look { directors: vec![held.clone(), held] };
        assert!(!is_owned(&both, None));
        assert!(!is_owned(&Look::default(), None));
    }

    fn router() -> VirtualRouter {
        let priorities = [("node01", 100), ("node04", 50)];
        VirtualRouter {
            name: "VI_1".parse().unwrap(),
            router_id: 51,
            network: "lan".parse().unwrap(),
            version: VrrpVersion::V3,
            advert_interval: Duration::from_secs(1),
            password: None,
            transport: Transport::Multicast,
            preemption: Preemption::Never,
            priorities: priorities.map(|(name, of)| (name.parse().unwrap(), of)).into(),
            vips: Vec::new(),
            tracks: Vec::new(),
            overrides: indexmap::IndexMap::new(),
            at: Place::root(),
        }
    }

    #[test]
    fn one_is_master_and_the_others_have_said_what_they_are() {
        use VrrpState::{Backup, Fault, Master};
        let led = |first: &[VrrpState], second: &[VrrpState]| {
            let recorded = [("node01", first), ("node04", second)].map(|(name, states)| {
                let states = states.iter().map(|state| (router().name, *state)).collect();
                DirectorLook { states, ..director(name) }
            });
            let router = router();
            let directors = router.priorities.keys().collect();
            let election = Election { directors, vips: Vec::new() };
            is_led(&Look { directors: recorded.into() }, &router, &election)
        };
        assert!(led(&[Backup, Master], &[Backup]));
        assert!(led(&[Master, Fault], &[Backup, Master]));
        assert!(!led(&[Master], &[]));
        assert!(!led(&[Master], &[Master]));
        assert!(!led(&[Backup], &[Master, Backup]));
    }
}
