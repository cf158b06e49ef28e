use super::additions::{Addition, Planned, option};
use crate::kernel::{Observed, ObservedLink, ObservedPolicyRule};
use crate::lab::{KERNELS_INTERFACES, NodeName};
use crate::plan::{Op, Plan};
use std::collections::BTreeSet;

/// The interfaces of a node that neither the plan nor the kernel makes.
pub(super) fn strange<'o>(node: &NodeName, seen: &'o Observed, plan: &Plan) -> BTreeSet<&'o str> {
    let known: BTreeSet<String> =
        plan.steps.iter().filter_map(|step| made(&step.op, node)).collect();
    let is_strange = |link: &&ObservedLink| {
        !known.contains(&link.name) && !KERNELS_INTERFACES.contains(&link.name.as_str())
    };
    seen.links.iter().filter(is_strange).map(|link| link.name.as_str()).collect()
}

/// The interface that an operation makes, or uses, in a node.
fn made(op: &Op, here: &NodeName) -> Option<String> {
    let is_switch = *here == NodeName::switch();
    match op {
        Op::CreateBridge { network, .. } => is_switch.then(|| network.to_string()),
        Op::Connect { node, interface, .. } if is_switch => Some(node.port(interface)),
        Op::Connect { node, interface, .. } | Op::SetLinkUp { node, interface } => {
            (node == here).then(|| interface.clone())
        }
        Op::CreateNamespace { .. }
        | Op::TakeAny { .. }
        | Op::OpenGue { .. }
        | Op::AddAddress { .. }
        | Op::AddRoute { .. }
        | Op::SetSysctl { .. }
        | Op::SetTimeouts { .. }
        | Op::AddSourceNat { .. }
        | Op::MarkPackets { .. }
        | Op::AddService { .. }
        | Op::AddDestination { .. }
        | Op::StartBackend { .. }
        | Op::StartProcess { .. }
        | Op::RunCommand { .. }
        | Op::StartDaemon { .. }
        | Op::AwaitAddress { .. }
        | Op::KillDaemons { .. }
        | Op::ForgetConnections { .. }
        | Op::CutCable { .. }
        | Op::Misbehave { .. }
        | Op::Impair { .. } => None,
    }
}

/// An interface with its addresses and routes goes as a whole.
pub(super) fn addition(name: &str) -> Addition {
    Addition {
        words: format!("interface {name} is not in the file"),
        away: vec![format!("ip link del {name}")],
    }
}

impl Planned<'_> {
    /// The policy rules: the plan makes none.
    pub(super) fn strange_rules(seen: &Observed) -> impl Iterator<Item = Addition> {
        seen.policy_rules.iter().map(|ObservedPolicyRule { family, priority, words }| {
            let of = option(*family);
            Addition {
                words: format!("policy rule {priority}: {words} is not in the file"),
                // Another rule may have the same priority.
                away: vec![format!("ip{of} rule del {words} priority {priority}")],
            }
        })
    }
}
