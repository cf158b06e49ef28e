use super::compare::Found;
use crate::kernel::{Observed, ObservedAddress};
use crate::lab::NodeName;
use crate::plan::{CheckedService, Daemon, Op, Plan, ServiceKey};

/// A daemon that died is started again, with what it expects to find, and what is expected of it
/// is waited for.
pub(super) fn runs(found: &mut Found<'_>, number: usize) {
    let Op::StartDaemon { node, daemon } = &found.plan.steps[number].op else { return };
    let Some(seen) = found.survey.node(node) else { return };
    if seen.daemons.iter().any(|name| name == daemon.name()) {
        return;
    }
    let again = found.steps(|op| match op {
        Op::AddService { node: n, .. } | Op::AddDestination { node: n, .. } => {
            matches!(daemon, Daemon::Checker(_)) && n == node
        }
        Op::AwaitAddress { node: first, others, .. } => first == node || others.contains(node),
        _ => false,
    });
    // It may have left children.
    let mends = [found.undo(number), found.apply(number)].into_iter();
    let mends = mends.chain(again.into_iter().map(|step| found.apply(step))).collect();
    found.add(node, format!("{daemon} does not run"), mends);
}

/// A VIP has a master again after a while, unless something is wrong; that much is waited for.
pub(super) fn held(found: &mut Found<'_>, number: usize) {
    let Op::AwaitAddress { node, others, address, .. } = &found.plan.steps[number].op else {
        return;
    };
    let directors: Vec<_> = [node].into_iter().chain(others).cloned().collect();
    let held = |a: &ObservedAddress| a.interface != "lo" && a.address.addr() == *address;
    let holds = |seen: &Observed| seen.addresses.iter().any(held);
    if directors.iter().filter_map(|director| found.survey.node(director)).any(holds) {
        return;
    }
    let mends = vec![found.apply(number)];
    found.add_of_all(directors, format!("no director holds {address}"), mends);
}

/// What a health checker of the plan does with a virtual service of a director, if one has it.
pub(super) fn checked<'a>(
    plan: &'a Plan,
    director: &NodeName,
    key: &ServiceKey,
) -> Option<&'a CheckedService> {
    let mut services = daemons(plan, director).filter_map(|daemon| match daemon {
        Daemon::Checker(checker) => Some(&checker.services),
        _ => None,
    });
    services.find_map(|services| services.iter().find(|checked| checked.service.key == *key))
}

/// Whether a daemon makes a director's table by itself.
pub(super) fn make_table(plan: &Plan, director: &NodeName) -> bool {
    daemons(plan, director).any(Daemon::makes_table)
}

fn daemons<'a>(plan: &'a Plan, director: &NodeName) -> impl Iterator<Item = &'a Daemon> {
    plan.steps.iter().filter_map(move |step| match &step.op {
        Op::StartDaemon { node, daemon } if node == director => Some(daemon),
        _ => None,
    })
}
