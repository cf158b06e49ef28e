use super::additions::Addition;
use super::drift::{Drift, Kind, Mend};
use super::survey::Survey;
use super::{additions, cables, daemons, nodes, surplus, tables};
use crate::lab::NodeName;
use crate::plan::Act;
use crate::plan::{Op, Plan};
use std::collections::HashSet;

/// Says how what was seen differs from the plan, as [`super::verify`] does. Compares in the plan's
/// order, so that a cause comes before what follows from it.
pub fn compare(plan: &Plan, survey: &Survey) -> Vec<Drift> {
    let mut found = Found { plan, survey, drifts: Vec::new(), redone: HashSet::new() };
    for number in 0..plan.steps.len() {
        if !found.redone.contains(&number) {
            found.look_at(number);
        }
    }
    surplus::undeclared(&mut found);
    additions::undeclared(&mut found);
    found.drifts
}

/// What was found so far.
pub(super) struct Found<'a> {
    pub(super) plan: &'a Plan,
    pub(super) survey: &'a Survey,
    drifts: Vec<Drift>,
    /// The steps that mends of an earlier drift do again: no news any more.
    redone: HashSet<usize>,
}

impl Found<'_> {
    fn look_at(&mut self, number: usize) {
        let op = &self.plan.steps[number].op;
        match op {
            Op::CreateNamespace { .. } => nodes::namespace(self, number),
            Op::CreateBridge { .. } => cables::bridge(self, number),
            Op::Connect { .. } => cables::cable(self, number),
            Op::SetLinkUp { .. } => cables::link_up(self, number),
            Op::TakeAny { .. } => cables::takes_any(self, number),
            Op::OpenGue { .. } => nodes::gue(self, number),
            Op::AddAddress { .. } => nodes::address(self, number),
            Op::AddRoute { .. } => nodes::route(self, number),
            Op::SetSysctl { .. } => nodes::setting(self, number),
            Op::SetTimeouts { .. } => tables::timeouts(self, number),
            Op::StartBackend { .. } => nodes::backend(self, number),
            Op::StartProcess { .. } => nodes::process(self, number),
            Op::AddSourceNat { .. }
            | Op::MarkPackets { .. }
            | Op::AddService { .. }
            | Op::AddDestination { .. } => tables::entry(self, number),
            Op::StartDaemon { .. } => daemons::runs(self, number),
            Op::AwaitAddress { .. } => daemons::held(self, number),
            Op::RunCommand { .. }
            | Op::KillDaemons { .. }
            | Op::ForgetConnections { .. }
            | Op::CutCable { .. }
            | Op::Misbehave { .. }
            | Op::Impair { .. } => {}
        }
    }

    /// Notes a drift of a node and what mends it.
    pub(super) fn add(&mut self, node: &NodeName, words: impl Into<String>, mends: Vec<Mend>) {
        self.add_of_all(vec![node.clone()], words, mends);
    }

    /// Notes that something of a node has another value, and what mends it.
    pub(super) fn other(&mut self, node: &NodeName, words: impl Into<String>, mends: Vec<Mend>) {
        self.add(node, words, mends);
        self.drifts.last_mut().into_iter().for_each(|drift| drift.kind = Kind::Other);
    }

    /// Notes a drift that is of several nodes together.
    pub(super) fn add_of_all(
        &mut self,
        nodes: Vec<NodeName>,
        words: impl Into<String>,
        mends: Vec<Mend>,
    ) {
        // That no director holds a VIP is news also where one of them is known to be ill.
        let is_news = |op: &Op| matches!(op, Op::AwaitAddress { .. });
        let applied =
            mends.iter().filter(|mend| matches!(&mend.act, Act::Apply(op) if !is_news(op)));
        self.redone.extend(applied.map(|mend| mend.step));
        let (words, away) = (words.into(), Vec::new());
        self.drifts.push(Drift { nodes, words, kind: Kind::Missing, mends, away });
    }

    /// Notes what was added from outside the lab, which is not repaired.
    pub(super) fn leave(&mut self, node: &NodeName, Addition { words, away }: Addition) {
        let (nodes, mends) = (vec![node.clone()], Vec::new());
        self.drifts.push(Drift { nodes, words, kind: Kind::Added, mends, away });
    }

    /// Doing a step again.
    pub(super) fn apply(&self, step: usize) -> Mend {
        Mend { step, act: Act::Apply(self.plan.steps[step].op.clone()) }
    }

    /// Undoing a step.
    pub(super) fn undo(&self, step: usize) -> Mend {
        Mend { step, act: Act::Undo(self.plan.steps[step].op.clone()) }
    }

    /// The steps whose operations are of some kind.
    pub(super) fn steps(&self, kind: impl Fn(&Op) -> bool) -> Vec<usize> {
        let numbered = self.plan.steps.iter().enumerate();
        numbered.filter(|(_, step)| kind(&step.op)).map(|(number, _)| number).collect()
    }
}
