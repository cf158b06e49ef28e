use super::tally::{answers, listed};
use crate::lab::{CountRange, NodeName};
use crate::report::{Answers, Outcome};
use crate::traffic::Sample;
use indexmap::IndexMap;

/// Every named real server answered as often as expected, and nobody else did.
pub(super) fn evaluate(expected: &IndexMap<NodeName, CountRange>, samples: &[Sample]) -> Outcome {
    let names: Vec<_> = expected.keys().map(ToString::to_string).collect();
    let answers = answers(&names, samples);
    let in_range = expected.values().zip(&answers.by_backend).all(|(r, (_, n))| r.contains(*n));
    let strangers = &answers.by_backend[names.len()..];
    Outcome::measured(in_range && strangers.is_empty(), words(expected), seen(&answers, strangers))
}

fn words(expected: &IndexMap<NodeName, CountRange>) -> String {
    let entries: Vec<_> = expected.iter().map(|(name, range)| format!("{name} {range}")).collect();
    if entries.is_empty() { "no answer".to_owned() } else { entries.join(", ") }
}

fn seen(answers: &Answers, strangers: &[(String, u32)]) -> String {
    let mut seen = listed(&answers.by_backend);
    if seen.is_empty() {
        seen.push_str("no answer");
    }
    if !strangers.is_empty() {
        let names: Vec<_> = strangers.iter().map(|(name, _)| format!("`{name}`")).collect();
        seen.push_str(&format!("; not expected at all: {}", names.join(", ")));
    }
    if !answers.failures.is_empty() {
        seen.push_str(&format!("; without an answer: {}", listed(&answers.failures)));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Failed, Passed};
    use crate::scenario::support::samples;

    fn ranges(entries: &[(&str, CountRange)]) -> IndexMap<NodeName, CountRange> {
        entries.iter().map(|(name, range)| (name.parse().unwrap(), *range)).collect()
    }

    fn even() -> IndexMap<NodeName, CountRange> {
        ranges(&[("rs1", CountRange::exactly(2)), ("rs2", CountRange::exactly(2))])
    }

    #[test]
    fn exact_counts_pass_whatever_the_order() {
        let outcome = evaluate(&even(), &samples("rs2 rs1 rs1 rs2"));
        assert_eq!((outcome.verdict, outcome.observed.as_str()), (Passed, "rs1 2, rs2 2"));
    }

    #[test]
    fn a_range_includes_both_bounds() {
        let expected = ranges(&[("rs1", CountRange { min: 1, max: 3 })]);
        assert_eq!(evaluate(&expected, &samples("rs1 rs1 rs1")).verdict, Passed);
        assert_eq!(evaluate(&expected, &samples("rs1")).verdict, Passed);
        assert_eq!(evaluate(&expected, &samples("rs1 rs1 rs1 rs1")).verdict, Failed);
    }

    #[test]
    fn answers_of_others_fail_and_are_named() {
        let outcome = evaluate(&even(), &samples("rs1 rs1 rs2 rs2 rs9 ?"));
        assert_eq!(outcome.verdict, Failed);
        assert_eq!(
            outcome.observed,
            "rs1 2, rs2 2, rs9 1, (unnamed) 1; not expected at all: `rs9`, `(unnamed)`"
        );
    }

    #[test]
    fn requests_without_an_answer_are_said_beside_the_counts() {
        let outcome = evaluate(&even(), &samples("rs1 rs2 rs2 refused timeout"));
        assert_eq!(outcome.verdict, Failed);
        assert_eq!(outcome.expected, "rs1 2, rs2 2");
        assert_eq!(
            outcome.observed,
            "rs1 1, rs2 2; without an answer: connection refused 1, answer timed out 1"
        );
    }

    #[test]
    fn nobody_answering_is_measured_and_may_be_what_is_expected() {
        let none = ranges(&[]);
        let outcome = evaluate(&none, &samples("refused refused"));
        assert_eq!((outcome.verdict, outcome.expected.as_str()), (Passed, "no answer"));
        assert_eq!(outcome.observed, "no answer; without an answer: connection refused 2");
    }
}
