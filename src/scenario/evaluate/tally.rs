use crate::report::Answers;
use crate::traffic::{Answer, Sample, Summary};
use std::fmt::Display;

/// The samples that were answered.
pub(super) fn answered(samples: &[Sample]) -> impl Iterator<Item = &Answer> {
    samples.iter().filter_map(|sample| sample.outcome.as_ref().ok())
}

/// Who answered how often: `first` in their order, whether they answered or not, then the others.
pub(in super::super) fn answers(first: &[String], samples: &[Sample]) -> Answers {
    let Summary { by_backend: seen, failures, .. } = Summary::of(samples);
    let count = |name: &String| seen.iter().find(|(n, _)| n == name).map_or(0, |(_, n)| *n);
    let known = first.iter().map(|name| (name.clone(), count(name)));
    let others = seen.iter().filter(|(name, _)| !first.contains(name)).cloned();
    Answers {
        by_backend: known.chain(others).collect(),
        failures: failures.into_iter().map(|(failure, n)| (failure.to_string(), n)).collect(),
    }
}

/// `rs1 50, rs2 49`.
pub(super) fn listed<T: Display>(counts: &[(T, u32)]) -> String {
    let entries: Vec<_> = counts.iter().map(|(item, count)| format!("{item} {count}")).collect();
    entries.join(", ")
}
