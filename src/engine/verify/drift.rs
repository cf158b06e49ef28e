use crate::lab::NodeName;
use crate::plan::{self, Act, Plan};
use std::cmp::Reverse;
use std::fmt;

/// One thing that is not as planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Where: one node, or all directors that a VIP could be at.
    pub nodes: Vec<NodeName>,
    /// What is wrong: "address 192.168.137.100/32 is missing on lo".
    pub words: String,
    /// How it differs.
    pub(super) kind: Kind,
    /// What mends it, each with the number of the step that it belongs to.
    pub(super) mends: Vec<Mend>,
    /// What a person would type in the node to take it away, if it was added.
    pub(super) away: Vec<String>,
}

/// How something differs from what was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is not there.
    Missing,
    /// It is there with another value.
    Other,
    /// It is there, and should not be.
    Added,
}

/// Something to be done, and the step of the plan that says when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mend {
    pub(super) step: usize,
    pub(super) act: Act,
}

impl Drift {
    /// Whether it was added from outside the lab, so that it is left alone.
    pub fn is_left_alone(&self) -> bool {
        self.kind == Kind::Added && self.mends.is_empty()
    }

    /// What a person would type in the node to mend it; nothing for what cannot be typed.
    pub fn by_hand(&self, plan: &Plan) -> Vec<String> {
        let command = |mend: &Mend| match &mend.act {
            Act::Apply(op) if self.kind == Kind::Other => plan::typed_again(op, plan),
            Act::Apply(op) => plan::typed(op, plan),
            // Where something is to be done again, that takes the place of it.
            Act::Undo(_) if self.is_done_again() => Vec::new(),
            Act::Undo(op) => plan::typed_away(op, plan),
        };
        self.mends.iter().flat_map(command).chain(self.away.iter().cloned()).collect()
    }

    fn is_done_again(&self) -> bool {
        self.mends.iter().any(|mend| matches!(mend.act, Act::Apply(_)))
    }

    /// Whether what mends it is among some acts, as those that heal a fault: then the fault is
    /// the reason for it.
    pub fn is_mended_by(&self, acts: &[Act]) -> bool {
        // What else mends it follows from the first.
        let first = self.mends.first().map(|mend| mend.act.op());
        first.is_some_and(|op| acts.iter().any(|act| act.op() == op))
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes: Vec<_> = self.nodes.iter().map(NodeName::as_str).collect();
        write!(f, "{}: {}", nodes.join(", "), self.words)
    }
}

/// What mends all of it, each once: first what is to be undone, last step first, and then what
/// is to be done, in the plan's order.
pub(super) fn in_order(drifts: &[Drift]) -> Vec<Act> {
    let mends = drifts.iter().flat_map(|drift| &drift.mends);
    let (mut undos, mut applies): (Vec<&Mend>, Vec<&Mend>) =
        mends.partition(|mend| matches!(mend.act, Act::Undo(_)));
    undos.sort_by_key(|mend| Reverse(mend.step));
    applies.sort_by_key(|mend| mend.step);
    let mut once: Vec<&Mend> = Vec::new();
    for mend in undos.into_iter().chain(applies) {
        let mut of_step = once.iter().rev().take_while(|done| done.step == mend.step);
        if !of_step.any(|done| done.act == mend.act) {
            once.push(mend);
        }
    }
    once.into_iter().map(|mend| mend.act.clone()).collect()
}
