//! What a fault does to a lab, and what heals it.

mod disturbance;
mod power;
#[cfg(test)]
mod tests;
mod victim;

pub use disturbance::Disturbance;

use super::{Behaviour, Op};
use crate::lab::{Fault, FaultKind, Lab};
use victim::Victim;

/// What a fault does to a lab; nothing, if it is none that the node can have.
pub fn disturb(lab: &Lab, fault: &Fault) -> Disturbance {
    let victim = Victim { lab, node: &fault.node };
    let misbehaving = |behaviour| Disturbance::applying(victim.misbehaving(behaviour));
    match &fault.kind {
        FaultKind::Stop => Disturbance::undoing(victim.programs()),
        FaultKind::Hang => misbehaving(Behaviour::Hangs),
        FaultKind::Fail { status } => misbehaving(Behaviour::Fails(*status)),
        FaultKind::Slow { by } => misbehaving(Behaviour::Lags(*by)),
        FaultKind::Cut { network } => Disturbance::applying(victim.cuts(Some(network))),
        FaultKind::Isolate => Disturbance::applying(victim.cuts(None)),
        FaultKind::Kill => power::cut(victim),
        FaultKind::KillDaemons => power::kill_daemons(victim),
        FaultKind::Weight { service, to } => weigh(victim.entries(service.as_ref()), *to),
        FaultKind::Remove { service } => Disturbance::undoing(victim.entries(service.as_ref())),
        FaultKind::Impair { network, delay, loss } => {
            let impair = |interface: String| Op::Impair {
                node: fault.node.clone(),
                interface,
                delay: *delay,
                loss: *loss,
            };
            let interfaces = victim.interfaces(network.as_ref());
            Disturbance::applying(interfaces.into_iter().map(impair).collect())
        }
    }
}

/// The entries with another weight.
fn weigh(entries: Vec<Op>, weight: u32) -> Disturbance {
    let weighed = entries.iter().cloned().map(|op| match op {
        Op::AddDestination { node, service, mut destination } => {
            destination.weight = weight;
            Op::AddDestination { node, service, destination }
        }
        other => other,
    });
    let acts = weighed.map(super::Act::Apply).collect();
    Disturbance { acts, mends: entries.into_iter().map(super::Act::Apply).collect() }
}
