use super::tally::answered;
use crate::report::Outcome;
use crate::traffic::{Sample, tally};

/// Every answer has the status; requests without an answer are not its business.
pub(super) fn evaluate(status: u16, samples: &[Sample]) -> Outcome {
    let expected = format!("status {status} in every answer");
    let seen = tally(answered(samples).map(|answer| answer.status));
    match seen.as_slice() {
        [] => Outcome::unmeasured(expected, "there was no answer"),
        seen => {
            let holds = seen.iter().all(|(code, _)| *code == status);
            let entry = |(code, count): &(u16, u32)| format!("{count} with {code}");
            Outcome::measured(
                holds,
                expected,
                seen.iter().map(entry).collect::<Vec<_>>().join(", "),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::{sample, samples};

    #[test]
    fn failed_requests_are_ignored() {
        assert_eq!(evaluate(200, &samples("rs1 refused")).verdict, Passed);
    }

    #[test]
    fn one_other_status_fails() {
        let mut answers = samples("rs1 rs2");
        answers.push(sample(2, Ok("rs1:503")));
        let outcome = evaluate(200, &answers);
        assert_eq!(
            (outcome.verdict, outcome.observed.as_str()),
            (Failed, "2 with 200, 1 with 503")
        );
    }

    #[test]
    fn no_answer_is_an_error() {
        assert_eq!(evaluate(200, &samples("refused timeout")).verdict, Errored);
    }
}
