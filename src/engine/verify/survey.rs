use crate::kernel::{Kernel, KernelError, Observed, ObservedLink};
use crate::lab::{NodeName, SysctlKey};
use crate::plan::{Op, Plan};
use indexmap::IndexMap;
use std::collections::HashMap;

/// What was seen in each node of a plan; a node without a namespace is not in it.
pub struct Survey(HashMap<NodeName, Observed>);

/// Looks at every node that the plan names, once.
pub async fn survey<K: Kernel>(plan: &Plan, kernel: &mut K) -> Result<Survey, KernelError> {
    let mut seen = HashMap::new();
    for (node, settings) in questions(plan) {
        if let Some(observed) = kernel.observe(&node, &settings).await? {
            seen.insert(node, observed);
        }
    }
    Ok(Survey(seen))
}

/// The nodes, and the settings to ask each for.
fn questions(plan: &Plan) -> IndexMap<NodeName, Vec<SysctlKey>> {
    let mut questions: IndexMap<NodeName, Vec<SysctlKey>> = IndexMap::new();
    for step in &plan.steps {
        let settings = questions.entry(step.op.node()).or_default();
        if let Op::SetSysctl { key, .. } = &step.op {
            settings.push(key.clone());
        }
    }
    questions
}

impl Survey {
    /// What a node looks like; nothing is in a node that is not there.
    pub fn node(&self, node: &NodeName) -> Option<&Observed> {
        self.0.get(node)
    }

    /// An interface of a node.
    pub(super) fn link(&self, node: &NodeName, name: &str) -> Option<&ObservedLink> {
        self.node(node)?.links.iter().find(|link| link.name == name)
    }
}
