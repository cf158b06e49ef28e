use super::difference::Difference;
use super::subject::Subject;
use crate::lab::NodeName;
use crate::plan::{Op, ServiceKey};
use indexmap::IndexMap;
use ipnet::IpNet;
use std::collections::HashSet;
use std::net::SocketAddr;

/// What stays the same and must be done again nevertheless.
pub(super) fn subjects<'a>(difference: &Difference<'a>) -> HashSet<Subject<'a>> {
    let stays = |op: &&'a Op| difference.before(op).is_some();
    let mut again: HashSet<_> = HashSet::new();
    let (nets, shuffled) = (nets_lost(difference), shuffled(difference));
    for op in difference.new_ops().filter(stays) {
        let redo = match op {
            Op::AddRoute { node, via, .. } => {
                nets.iter().any(|(owner, net)| *owner == node && net.contains(via))
            }
            Op::AddDestination { node, service, .. } => shuffled.contains(&(node, *service)),
            _ => false,
        };
        again.extend(redo.then(|| Subject::of(op)));
    }
    again
}

/// The subnets of addresses that are taken away: the kernel takes routes through them along.
fn nets_lost<'a>(difference: &Difference<'a>) -> Vec<(&'a NodeName, IpNet)> {
    let lost = difference.old_ops().filter(|op| difference.after(op).is_none());
    let net = |op: &'a Op| match op {
        Op::AddAddress { node, address, .. } => Some((node, *address)),
        _ => None,
    };
    lost.filter_map(net).collect()
}

type Tables<'a> = IndexMap<(&'a NodeName, ServiceKey), Vec<SocketAddr>>;

/// The services whose real servers are in another order: schedulers go by the order of addition.
fn shuffled<'a>(difference: &Difference<'a>) -> HashSet<(&'a NodeName, ServiceKey)> {
    let (old, new) = (tables(difference.old_ops()), tables(difference.new_ops()));
    let differs = |(table, after): (&(&'a NodeName, ServiceKey), &Vec<SocketAddr>)| {
        let before = old.get(table)?;
        let kept = before.iter().filter(|a| after.contains(a));
        let added = after.iter().filter(|a| !before.contains(a));
        (!kept.chain(added).eq(after)).then_some(*table)
    };
    new.iter().filter_map(differs).collect()
}

fn tables<'a>(ops: impl Iterator<Item = &'a Op>) -> Tables<'a> {
    let mut tables = Tables::new();
    for op in ops {
        if let Op::AddDestination { node, service, destination } = op {
            tables.entry((node, *service)).or_default().push(destination.address);
        }
    }
    tables
}
