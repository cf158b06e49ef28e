use super::tally::listed;
use crate::lab::CountRange;
use crate::report::Outcome;
use crate::traffic::{Sample, tally};

/// So many requests got no answer.
pub(super) fn evaluate(range: CountRange, samples: &[Sample]) -> Outcome {
    let reasons = tally(samples.iter().filter_map(|sample| sample.outcome.as_ref().err()));
    let failed = reasons.iter().map(|(_, count)| count).sum();
    let seen = match listed(&reasons) {
        reasons if reasons.is_empty() => "0".to_owned(),
        reasons => format!("{failed}: {reasons}"),
    };
    let expected = format!("{range} requests without an answer");
    Outcome::measured(range.contains(failed), expected, seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Failed, Passed};
    use crate::scenario::support::samples;

    #[test]
    fn failures_are_counted_with_their_reasons() {
        let outcome = evaluate(CountRange::exactly(0), &samples("rs1 refused refused timeout"));
        assert_eq!(outcome.verdict, Failed);
        assert_eq!(outcome.observed, "3: connection refused 2, answer timed out 1");
    }

    #[test]
    fn a_number_of_failures_may_be_expected() {
        let range = CountRange { min: 1, max: u32::MAX };
        assert_eq!(evaluate(range, &samples("rs1 refused")).verdict, Passed);
        let outcome = evaluate(range, &samples("rs1"));
        assert_eq!((outcome.verdict, outcome.observed.as_str()), (Failed, "0"));
        assert_eq!(outcome.expected, "1.. requests without an answer");
    }
}
