use super::Draft;
use super::checks::checker;
use super::seats::speaker;
use crate::lab::{
    Election, Engine, HighAvailability, Lab, Node, NodeName, Place, Preemption, Role, Scheduler,
    VirtualRouter,
};
use crate::plan::{Daemon, Op, keepalived, ldirectord};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// What keeps the directors available: those who look after the tables first, so that a VIP leads
/// to a table from the moment that it is held; then those who hold the VIPs.
pub(super) fn build(draft: &mut Draft<'_>) {
    let lab = draft.lab;
    let directors = by_priority(lab);
    for node in &directors {
        if let Some((daemon, why)) = table_keeper(lab, node) {
            start(draft, node, daemon, why);
        }
    }
    let routers = lab.high_availability.iter().flat_map(|wanted| &wanted.routers);
    let (stays, moves): (Vec<_>, Vec<_>) =
        routers.partition(|router| router.preemption == Preemption::Never);
    let leaders: Vec<_> = stays.iter().flat_map(|router| leaders(lab, router)).collect();
    let (first, others): (Vec<&Node>, Vec<_>) =
        directors.into_iter().partition(|node| leaders.contains(&&node.name));
    hold_vips(draft, &first);
    // The others may not begin before: who is first stays.
    stays.into_iter().for_each(|router| await_vips(draft, router));
    hold_vips(draft, &others);
    moves.into_iter().for_each(|router| await_vips(draft, router));
}

fn hold_vips(draft: &mut Draft<'_>, directors: &[&Node]) {
    for node in directors {
        if let Some((daemon, why)) = vip_holder(draft.lab, node) {
            start(draft, node, daemon, why);
        }
    }
}

/// The director of the highest priority in each election.
fn leaders<'l>(lab: &'l Lab, router: &'l VirtualRouter) -> Vec<&'l NodeName> {
    let elections = lab.high_availability.iter().flat_map(|wanted| wanted.elections(router));
    elections.filter_map(|election| by_rank(router, &election).first().copied()).collect()
}

/// The directors of an election, the one of the highest priority first.
fn by_rank<'l>(router: &VirtualRouter, election: &Election<'l>) -> Vec<&'l NodeName> {
    let mut directors = election.directors.clone();
    directors.sort_by_key(|name| Reverse(router.priorities.get(*name)));
    directors
}

/// Whether a daemon of the director makes its table, so that the plan does not.
pub(super) fn make_table(lab: &Lab, director: &NodeName) -> bool {
    let Some(node) = lab.node(director) else { return false };
    let daemons = [table_keeper(lab, node), vip_holder(lab, node)];
    daemons.iter().flatten().any(|(daemon, _)| daemon.makes_table())
}

/// The directors, each after those that stand before it in the first virtual router.
fn by_priority(lab: &Lab) -> Vec<&Node> {
    let wanted = lab.high_availability.as_ref();
    let first = wanted.and_then(|wanted| wanted.routers.first());
    let priority = |node: &&Node| first.and_then(|router| router.priorities.get(&node.name));
    let mut directors: Vec<_> = lab.with_role(Role::Director).collect();
    directors.sort_by_key(|node| Reverse(priority(node).copied()));
    directors
}

fn engine(lab: &Lab, node: &Node) -> Engine {
    let wanted = lab.high_availability.as_ref();
    wanted.and_then(|wanted| wanted.engines.get(&node.name)).copied().unwrap_or_default()
}

/// The daemon that does nothing but look after the table, and why it is there.
fn table_keeper(lab: &Lab, node: &Node) -> Option<(Daemon, &'static str)> {
    match engine(lab, node) {
        Engine::Vrrp => {
            let why = "a real server that fails its check gets no more clients until it recovers";
            Some((Daemon::Checker(checker(lab, &node.name)?), why))
        }
        Engine::Keepalived => None,
        Engine::Ldirectord => {
            let configuration = ldirectord(lab, &node.name)?;
            let why =
                "ldirectord makes the table and takes servers that fail their check out of it";
            let schedulers = schedulers(lab, &node.name);
            Some((Daemon::Ldirectord { configuration, schedulers }, why))
        }
    }
}

/// The daemon that holds the VIPs while the director is master, and why it is there.
fn vip_holder(lab: &Lab, node: &Node) -> Option<(Daemon, &'static str)> {
    match engine(lab, node) {
        Engine::Vrrp => {
            let why = "VRRP: the master holds the VIP and says so; when it falls silent, the next \
                       priority takes over";
            Some((Daemon::Speaker(speaker(lab, node)?), why))
        }
        Engine::Ldirectord => {
            let why = "ldirectord knows no VRRP: the built-in speaker holds the VIP";
            Some((Daemon::Speaker(speaker(lab, node)?), why))
        }
        Engine::Keepalived => {
            let configuration = keepalived(lab, &node.name)?;
            let why = "keepalived makes the table, checks the real servers and speaks VRRP for the \
                       VIP";
            let schedulers = schedulers(lab, &node.name);
            Some((Daemon::Keepalived { configuration, schedulers }, why))
        }
    }
}

/// The schedulers of a director's table.
fn schedulers(lab: &Lab, director: &NodeName) -> BTreeSet<Scheduler> {
    let mine = lab.services.iter().filter(|service| service.directors.contains(director));
    mine.map(|service| service.scheduler).collect()
}

fn start(draft: &mut Draft<'_>, node: &Node, daemon: Daemon, why: &str) {
    let at = place(draft.lab, node);
    draft.add(Op::StartDaemon { node: node.name.clone(), daemon }, why, &at);
}

/// Where the file asks for a director's daemons: high availability, or else its first check.
fn place(lab: &Lab, node: &Node) -> Place {
    let part = |wanted: &&HighAvailability| wanted.engines.contains_key(&node.name);
    let wanted = lab.high_availability.as_ref().filter(part).map(|wanted| &wanted.at);
    let mine = lab.services.iter().filter(|service| service.directors.contains(&node.name));
    let check = mine.filter_map(|service| service.health_check.as_ref()).map(|check| &check.at);
    wanted.or(check.into_iter().next()).unwrap_or(&node.at).clone()
}

/// Waits until each VIP has a master, so that the lab answers when `up` ends. Directors that do
/// not heed each other have a master each.
fn await_vips(draft: &mut Draft<'_>, router: &VirtualRouter) {
    let Some(wanted) = &draft.lab.high_availability else { return };
    for election in wanted.elections(router) {
        await_master(draft, router, &election);
    }
}

fn await_master(draft: &mut Draft<'_>, router: &VirtualRouter, election: &Election<'_>) {
    let mut names = by_rank(router, election).into_iter().cloned();
    let Some(first) = names.next() else { return };
    let others: Vec<_> = names.collect();
    let why = format!(
        "virtual router `{}`: a director becomes master after three advert intervals of silence",
        router.name
    );
    let wanted = draft.lab.high_availability.as_ref();
    let election_time = wanted.map(|wanted| wanted.election_time(router)).unwrap_or_default();
    for vip in &election.vips {
        let (node, others) = (first.clone(), others.clone());
        let op =
            Op::AwaitAddress { node, others, address: vip.address.addr(), election: election_time };
        draft.add(op, why.as_str(), &router.at);
    }
}
