use super::{Look, Stage};
use crate::lab::{Lab, NodeName, Preemption, VirtualRouter};
use std::net::IpAddr;
use std::time::Duration;

/// How long a lab may take to be as it was.
const LIMIT: Duration = Duration::from_secs(30);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits until a lab is as it was at the beginning: each VIP has one owner, the director of the
/// highest priority where that one preempts, and the tables are the same. That it does not get
/// there in time is no error: the next scenario will say what it is missing.
pub(super) async fn settle<S: Stage>(lab: &Lab, stage: &mut S, first: &Look) {
    let begun = stage.now();
    while stage.now().saturating_sub(begun) < LIMIT {
        match stage.look().await {
            Ok(look) if is_settled(lab, first, &look) => return,
            _ => tokio::time::sleep(PAUSE).await,
        }
    }
}

fn is_settled(lab: &Lab, first: &Look, now: &Look) -> bool {
    let routers = lab.high_availability.iter().flat_map(|ha| &ha.routers);
    let owners = routers.flat_map(|router| {
        router.vips.iter().map(move |vip| (vip.address.addr(), rightful(router)))
    });
    owners.into_iter().all(|(vip, owner)| is_owned(now, vip, owner)) && tables(first) == tables(now)
}

/// The director that takes the VIPs from any other one, if there is one.
fn rightful(router: &VirtualRouter) -> Option<&NodeName> {
    match router.preemption {
        Preemption::Never => None,
        Preemption::After(_) => {
            router.priorities.iter().max_by_key(|(_, priority)| **priority).map(|(name, _)| name)
        }
    }
}

fn is_owned(look: &Look, vip: IpAddr, owner: Option<&NodeName>) -> bool {
    match look.holders(vip).as_slice() {
        [one] => owner.is_none_or(|owner| owner == *one),
        _ => false,
    }
}

/// The tables, whatever the order of their servers.
fn tables(look: &Look) -> Vec<Vec<String>> {
    let table = |director: &super::DirectorLook| {
        let servers = director.table.iter().flat_map(|table| {
            let entry = |(name, weight)| format!("{} {name} {weight}", table.service);
            table.servers.iter().cloned().map(entry)
        });
        let mut servers: Vec<_> = servers.collect();
        servers.sort();
        servers
    };
    look.directors.iter().map(table).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Scheduler;
    use crate::scenario::support::{director, farm};
    use crate::scenario::{DirectorLook, TableLook};

    fn look(servers: &[&str]) -> Look {
        let servers = servers.iter().map(|name| ((*name).to_owned(), 1)).collect();
        let table = vec![TableLook { service: "web".parse().unwrap(), servers }];
        Look { directors: vec![DirectorLook { table, ..director("node01") }] }
    }

    #[test]
    fn a_server_that_is_still_out_is_waited_for_and_an_order_is_not() {
        let (lab, first) = (farm(Scheduler::Rr), look(&["rs1", "rs2"]));
        assert!(!is_settled(&lab, &first, &look(&["rs1"])));
        assert!(is_settled(&lab, &first, &look(&["rs2", "rs1"])));
    }

    #[test]
    fn one_owner_is_right_where_nobody_preempts() {
        let (vip, name) = (IpAddr::from([10, 0, 0, 100]), "node01".parse().unwrap());
        let held = DirectorLook { vips: vec![vip], ..director("node04") };
        let now = Look { directors: vec![director("node01"), held.clone()] };
        assert!(is_owned(&now, vip, None));
        assert!(!is_owned(&now, vip, Some(&name)));
        let both = Look { directors: vec![held.clone(), held] };
        assert!(!is_owned(&both, vip, None));
        assert!(!is_owned(&Look::default(), vip, None));
    }
}
