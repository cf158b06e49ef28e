use super::tally::listed;
use crate::lab::CountRange;
use crate::report::Outcome;
use crate::scenario::scene::Scene;
use crate::traffic::{Sample, tally};

/// So many requests of the load had no good answer.
pub(super) fn evaluate(range: CountRange, scene: &Scene) -> Outcome {
    let expected = format!("{range} requests without a good answer");
    let load = match scene.measured_load() {
        Ok(load) => load,
        Err(reason) => return Outcome::unmeasured(expected, reason),
    };
    let reasons = tally(load.samples.iter().filter(|sample| !sample.is_good()).map(reason));
    let lost = reasons.iter().map(|(_, count)| count).sum();
    let of = format!("{lost} of {}", load.samples.len());
    let seen = if lost == 0 { of } else { format!("{of}: {}", listed(&reasons)) };
    Outcome::measured(range.contains(lost), expected, seen)
}

fn reason(sample: &Sample) -> String {
    match &sample.outcome {
        Ok(answer) => format!("status {}", answer.status),
        Err(failure) => failure.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::scene;

    #[test]
    fn failures_and_bad_statuses_are_lost() {
        let scene = scene().loaded("1:rs1 2:rs1:500 3:refused 4:refused", 5);
        let outcome = evaluate(CountRange::exactly(0), &scene);
        assert_eq!(outcome.verdict, Failed);
        assert_eq!(outcome.observed, "3 of 4: status 500 1, connection refused 2");
        assert_eq!(evaluate(CountRange::exactly(3), &scene).verdict, Passed);
    }

    #[test]
    fn no_request_is_no_pass() {
        assert_eq!(evaluate(CountRange::exactly(0), &scene().loaded("", 5)).verdict, Errored);
    }
}
