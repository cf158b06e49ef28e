use super::difference::Difference;
use super::subject::Subject;
use crate::lab::NodeName;
use crate::plan::{Daemon, Op};
use std::collections::HashSet;

/// What stays the same, and is applied once more as a daemon is started: the table that a health
/// checker expects, as the one before it may have changed it, and waiting for VIPs.
pub(super) fn subjects<'a>(difference: &Difference<'a>) -> HashSet<Subject<'a>> {
    let starts = difference.new_ops().filter(|op| difference.before(op) != Some(*op));
    let started: Vec<(&NodeName, &Daemon)> = starts.filter_map(daemon).collect();
    let checked = |director| {
        let is_it = |(node, daemon): &(_, &Daemon)| {
            *node == director && matches!(daemon, Daemon::Checker(_))
        };
        started.iter().any(is_it)
    };
    let renewed = difference.new_ops().filter(|op| match op {
        Op::AddService { node, .. } | Op::AddDestination { node, .. } => checked(node),
        Op::AwaitAddress { .. } => !started.is_empty(),
        _ => false,
    });
    renewed.map(Subject::of).collect()
}

fn daemon(op: &Op) -> Option<(&NodeName, &Daemon)> {
    match op {
        Op::StartDaemon { node, daemon } => Some((node, daemon)),
        _ => None,
    }
}
