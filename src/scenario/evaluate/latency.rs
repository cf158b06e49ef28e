use crate::lab::{Latency, Percentile};
use crate::report::Outcome;
use crate::text::elapsed;
use crate::traffic::{Latencies, Sample};
use std::time::Duration;

/// Every bound holds for the answers; requests without an answer are not its business.
pub(super) fn evaluate(bounds: &[Latency], samples: &[Sample]) -> Outcome {
    let bound = |b: &Latency| format!("{} at most {}", word(b.percentile), elapsed(b.at_most));
    let expected = listed(bounds, bound);
    let latencies = Latencies::of(samples);
    let values: Option<Vec<_>> = bounds.iter().map(|b| latencies.at(b.percentile)).collect();
    let Some(values) = values.filter(|values| !values.is_empty()) else {
        return Outcome::unmeasured(expected, "there was no answer");
    };
    let holds = bounds.iter().zip(&values).all(|(bound, value)| *value <= bound.at_most);
    let seen: Vec<_> = bounds.iter().zip(values).collect();
    let observed = listed(&seen, |(b, value)| format!("{} {}", word(b.percentile), exact(*value)));
    Outcome::measured(holds, expected, observed)
}

fn listed<T>(items: &[T], words: impl Fn(&T) -> String) -> String {
    items.iter().map(words).collect::<Vec<_>>().join(", ")
}

fn word(percentile: Percentile) -> String {
    match percentile {
        Percentile::P(p) => format!("p{p}"),
        Percentile::Max => "max".to_owned(),
    }
}

// To the microsecond: a value just over its bound must not look equal to it.
fn exact(time: Duration) -> String {
    format!("{}.{:03} ms", time.as_millis(), time.as_micros() % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::samples;

    fn at_most(percentile: Percentile, millis: u64) -> Latency {
        Latency { percentile, at_most: Duration::from_millis(millis) }
    }

    // The sample with the index n took n + 1 milliseconds.
    #[test]
    fn a_bound_includes_itself() {
        let bounds = [at_most(Percentile::P(50), 2), at_most(Percentile::Max, 3)];
        let outcome = evaluate(&bounds, &samples("rs1 rs1 rs1"));
        assert_eq!(outcome.verdict, Passed);
        assert_eq!(outcome.expected, "p50 at most 2 ms, max at most 3 ms");
        assert_eq!(outcome.observed, "p50 2.000 ms, max 3.000 ms");
    }

    #[test]
    fn one_bound_that_does_not_hold_fails() {
        let bounds = [at_most(Percentile::P(50), 9), at_most(Percentile::Max, 2)];
        assert_eq!(evaluate(&bounds, &samples("rs1 rs1 rs1")).verdict, Failed);
    }

    #[test]
    fn only_answers_have_a_latency() {
        let bounds = [at_most(Percentile::Max, 1)];
        assert_eq!(evaluate(&bounds, &samples("rs1 timeout timeout")).verdict, Passed);
        assert_eq!(evaluate(&bounds, &samples("refused")).verdict, Errored);
        assert_eq!(evaluate(&[], &samples("refused")).verdict, Errored);
    }
}
