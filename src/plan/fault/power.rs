use super::Disturbance;
use super::victim::Victim;
use crate::plan::{Act, Op};

/// The power of a node is cut.
///
/// The daemons die first: one that saw its cable go would still change its state, and say so. All
/// other things end behind dead cables, where nobody hears of it.
///
/// Healing is a reboot. The table is whole before the cables are in, so that nobody is served by
/// half of it. The cables are in before the daemons begin, as in a machine that boots: a daemon
/// without a carrier begins in the state FAULT. Nobody asks the node meanwhile, because it is its
/// daemons that take the VIPs.
pub(super) fn cut(victim: Victim<'_>) -> Disturbance {
    let table = victim.planned(|op| {
        is_rule(op) || matches!(op, Op::AddService { .. } | Op::AddDestination { .. })
    });
    let rules = table.iter().filter(|op| is_rule(op)).cloned();
    let backends =
        victim.planned(|op| matches!(op, Op::StartBackend { .. } | Op::StartProcess { .. }));
    let lost = victim.held_vips().into_iter().chain(rules).chain(backends.clone());
    let lost = lost.map(Act::Undo).collect();
    let (daemons, cables) = (kill_daemons(victim), Disturbance::applying(victim.cuts(None)));
    let memory = forget(victim).into_iter().map(Act::Apply).collect();
    let again = table.into_iter().chain(backends).map(Act::Apply).collect();
    Disturbance {
        acts: [daemons.acts, cables.acts, memory, lost].concat(),
        mends: [again, cables.mends, daemons.mends].concat(),
    }
}

/// Whether it is a rule of the firewall's.
fn is_rule(op: &Op) -> bool {
    matches!(op, Op::AddSourceNat { .. } | Op::MarkPackets { .. })
}

/// A director's daemons die at once, and leave everything behind.
pub(super) fn kill_daemons(victim: Victim<'_>) -> Disturbance {
    let daemons = victim.planned(|op| matches!(op, Op::StartDaemon { .. }));
    if daemons.is_empty() {
        return Disturbance::default();
    }
    Disturbance {
        acts: vec![Act::Apply(Op::KillDaemons { node: victim.node.clone() })],
        mends: daemons.into_iter().map(Act::Apply).collect(),
    }
}

/// What a director's kernel knows of IPVS goes, whoever told it.
fn forget(victim: Victim<'_>) -> Option<Op> {
    let services = &victim.lab.services;
    let directs = services.iter().any(|service| service.directors.contains(victim.node));
    directs.then(|| Op::ForgetConnections { node: victim.node.clone() })
}
