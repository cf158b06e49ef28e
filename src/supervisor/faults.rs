use super::hands::Hands;
use crate::engine::EngineError;
use crate::kernel::Kernel;
use crate::lab::{Fault, FaultKind, Healing, Lab, NodeName};
use crate::plan::{Act, Disturbance, disturb};

/// The faults that are in force in a lab, the oldest first.
#[derive(Debug, Default)]
pub struct Faults(Vec<InForce>);

#[derive(Debug)]
struct InForce {
    fault: Fault,
    disturbance: Disturbance,
}

/// A lab could not be broken on purpose, or not be healed.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// The very fault is there.
    #[error("`{0}` is in force already")]
    InForce(Fault),
    /// The node is nothing that could have it.
    #[error("`{0}` changes nothing in this lab")]
    Nothing(Fault),
    /// Something failed on the way to it.
    #[error("{error}; {}", taken_back(.left))]
    Failed {
        /// What failed first.
        error: EngineError,
        /// What could not be taken back.
        left: Vec<EngineError>,
    },
    /// Something could not be mended; everything else was.
    #[error("{}; everything else is healed", joined(.0))]
    Unhealed(Vec<EngineError>),
}

impl Faults {
    /// The faults, the oldest first.
    pub fn in_force(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter().map(|one| &one.fault)
    }

    /// Breaks something, or leaves everything as it was. Returns what was done.
    ///
    /// A node whose power is cut takes no change from elsewhere; it gets it when it is healed.
    pub async fn disturb<K: Kernel>(
        &mut self,
        lab: &Lab,
        fault: &Fault,
        mut hands: Hands<'_, K>,
    ) -> Result<Vec<Act>, FaultError> {
        if self.in_force().any(|known| known == fault) {
            return Err(FaultError::InForce(fault.clone()));
        }
        let disturbance = disturb(lab, fault);
        if disturbance.acts.is_empty() {
            return Err(FaultError::Nothing(fault.clone()));
        }
        let mut now = disturbance.clone();
        for acts in [&mut now.acts, &mut now.mends] {
            acts.retain(|act| act.node() == fault.node || !self.is_dead(&act.node()));
        }
        if let (done, Err(error)) = hands.perform(&now.acts).await {
            let left = hands.perform_each(&now.taking_back(done)).await;
            return Err(FaultError::Failed { error, left });
        }
        self.0.push(InForce { fault: fault.clone(), disturbance });
        Ok(now.acts)
    }

    /// Heals faults, the newest first, and returns them. What cannot be mended is told, and does
    /// not stop the rest; none of them counts as in force any more.
    pub async fn heal<K: Kernel>(
        &mut self,
        healing: &Healing,
        mut hands: Hands<'_, K>,
    ) -> Result<Vec<Fault>, FaultError> {
        let wanted = |one: &mut InForce| match healing {
            Healing::All => true,
            Healing::Node(node) => one.fault.node == *node,
        };
        let healed: Vec<_> = self.0.extract_if(.., wanted).collect();
        let acts = self.mends(&healed);
        match hands.perform_each(&acts).await {
            errors if errors.is_empty() => Ok(healed.into_iter().map(|one| one.fault).collect()),
            errors => Err(FaultError::Unhealed(errors)),
        }
    }

    /// What heals these faults and leaves the others in force.
    fn mends(&self, healed: &[InForce]) -> Vec<Act> {
        let mends = healed.iter().rev().flat_map(|one| &one.disturbance.mends);
        let mends: Vec<_> = mends.filter(|act| !self.is_dead(&act.node())).cloned().collect();
        let is_back = |node: &NodeName| healed.iter().any(|one| one.fault.node == *node);
        let others = self.0.iter().flat_map(|one| {
            let elsewhere = |act: &&Act| act.node() != one.fault.node && is_back(&act.node());
            one.disturbance.acts.iter().filter(elsewhere)
        });
        last_of_each(mends).into_iter().chain(others.cloned()).collect()
    }

    /// Whether a node's power is cut.
    fn is_dead(&self, node: &NodeName) -> bool {
        self.in_force().any(|fault| fault.kind == FaultKind::Kill && fault.node == *node)
    }
}

/// Two faults of a node may have stopped the same backend, which can be started only once: after
/// everything else that it needs.
fn last_of_each(acts: Vec<Act>) -> Vec<Act> {
    let mut kept = Vec::new();
    for act in acts.into_iter().rev() {
        if !kept.contains(&act) {
            kept.push(act);
        }
    }
    kept.reverse();
    kept
}

fn taken_back(left: &[EngineError]) -> String {
    match left {
        [] => "what was done before was taken back".to_owned(),
        left => format!("not all that was done before could be taken back: {}", joined(left)),
    }
}

fn joined(errors: &[EngineError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
