use super::subject::Subject;
use crate::plan::{Op, Plan};
use indexmap::IndexMap;

/// Two plans side by side.
pub(super) struct Difference<'a> {
    old: IndexMap<Subject<'a>, &'a Op>,
    new: IndexMap<Subject<'a>, &'a Op>,
}

impl<'a> Difference<'a> {
    pub(super) fn between(old: &'a Plan, new: &'a Plan) -> Self {
        Self { old: by_subject(old), new: by_subject(new) }
    }

    /// What the old plan has, in its order.
    pub(super) fn old_ops(&self) -> impl DoubleEndedIterator<Item = &'a Op> + '_ {
        self.old.values().copied()
    }

    /// What the new plan has, in its order.
    pub(super) fn new_ops(&self) -> impl DoubleEndedIterator<Item = &'a Op> + '_ {
        self.new.values().copied()
    }

    /// What the old plan says about an operation's subject.
    pub(super) fn before(&self, op: &'a Op) -> Option<&'a Op> {
        self.old.get(&Subject::of(op)).copied()
    }

    /// What the new plan says about an operation's subject.
    pub(super) fn after(&self, op: &'a Op) -> Option<&'a Op> {
        self.new.get(&Subject::of(op)).copied()
    }
}

/// The last word on each subject counts, as it does for a setting that is written twice.
fn by_subject(plan: &Plan) -> IndexMap<Subject<'_>, &Op> {
    plan.steps.iter().map(|step| (Subject::of(&step.op), &step.op)).collect()
}
