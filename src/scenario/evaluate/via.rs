use super::tally::answered;
use crate::lab::NodeName;
use crate::report::Outcome;
use crate::traffic::{Answer, Sample, tally};

/// Every answer came through these tiers, in this order.
pub(super) fn evaluate(tiers: &[NodeName], samples: &[Sample]) -> Outcome {
    let wanted: Vec<_> = tiers.iter().map(NodeName::as_str).collect();
    let expected = format!("every answer through {}", wanted.join(", then "));
    let seen = tally(answered(samples).map(through));
    if seen.is_empty() {
        return Outcome::unmeasured(expected, "there was no answer");
    }
    let holds = seen.iter().all(|(way, _)| *way == wanted);
    let entry = |(way, count): &(Vec<&str>, u32)| match way.as_slice() {
        [] => format!("{count} through nobody"),
        way => format!("{count} through {}", way.join(", then ")),
    };
    Outcome::measured(holds, expected, seen.iter().map(entry).collect::<Vec<_>>().join("; "))
}

fn through(answer: &Answer) -> Vec<&str> {
    answer.via.iter().flatten().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::samples;

    fn judge(answers: &str) -> Outcome {
        let tiers = ["php", "db"].map(|name| name.parse().unwrap());
        evaluate(&tiers, &samples(answers))
    }

    #[test]
    fn every_answer_came_through_every_tier() {
        let outcome = judge("web1>php+db web2>php+db refused");
        assert_eq!(
            (outcome.verdict, outcome.observed.as_str()),
            (Passed, "2 through php, then db")
        );
        assert_eq!(outcome.expected, "every answer through php, then db");
    }

    #[test]
    fn another_order_or_no_tier_at_all_fails() {
        assert_eq!(judge("web1>db+php").verdict, Failed);
        let outcome = judge("web1>php+db web2 web1>php");
        assert_eq!(outcome.verdict, Failed);
        assert_eq!(outcome.observed, "1 through php, then db; 1 through nobody; 1 through php");
    }

    #[test]
    fn no_answer_is_an_error() {
        assert_eq!(judge("refused").verdict, Errored);
    }
}
