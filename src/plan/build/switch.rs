use super::Draft;
use crate::lab::{NodeName, Place};
use crate::plan::Op;

/// One namespace holds every bridge, so that nothing is ever made in the host's own.
pub(super) fn build(draft: &mut Draft<'_>) {
    let why = "the lab's bridges live here and not in the host's namespace";
    draft.add(
        Op::CreateNamespace { node: NodeName::switch() },
        why,
        &Place::root().key("networks"),
    );
    for network in &draft.lab.networks {
        let op = Op::CreateBridge { network: network.name.clone(), mtu: network.mtu };
        draft.add(op, format!("network {}", network.subnet), &network.at);
    }
}
