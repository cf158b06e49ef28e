use crate::lab::DurationRange;
use crate::report::Outcome;
use crate::scenario::scene::{LoadSeen, Scene};
use crate::text::elapsed;
use std::time::Duration;

/// The longest time between two successes is within bounds; a request that is under way says
/// nothing yet.
pub(super) fn evaluate(range: DurationRange, scene: &Scene) -> Outcome {
    let expected = format!("{range} at the longest without a success");
    match scene.measured_load() {
        Ok(load) => {
            let (from, gap) = longest(load);
            let after = elapsed(from.saturating_sub(load.begun));
            let seen = format!("{}, from {after} after the load's begin on", elapsed(gap));
            Outcome::measured(range.contains(gap), expected, seen)
        }
        Err(reason) => Outcome::unmeasured(expected, reason),
    }
}

/// When the longest time without a success began, and how long it was. The load's begin and its
/// end so far count as successes.
fn longest(load: &LoadSeen) -> (Duration, Duration) {
    let mut successes: Vec<_> = load
        .samples
        .iter()
        .filter(|sample| sample.is_good())
        .map(|sample| sample.ended())
        .collect();
    successes.extend([load.begun, load.until]);
    successes.sort_unstable();
    let gaps = successes.windows(2).map(|pair| (pair[0], pair[1] - pair[0]));
    gaps.max_by_key(|(_, gap)| *gap).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::{scene, secs};

    fn range(max: u64) -> DurationRange {
        DurationRange { min: Duration::ZERO, max: secs(max) }
    }

    #[test]
    fn the_longest_gap_counts() {
        let scene = scene().loaded("1:rs1 2:rs1 5:rs2 6:rs2", 7);
        let outcome = evaluate(range(3), &scene);
        assert_eq!(outcome.verdict, Passed);
        assert_eq!(outcome.observed, "3 s, from 2 s after the load's begin on");
        assert_eq!(evaluate(range(2), &scene).verdict, Failed);
    }

    #[test]
    fn a_bad_answer_is_no_success() {
        let scene = scene().loaded("1:rs1 2:rs1:500 3:refused 4:rs1", 4);
        assert!(evaluate(range(2), &scene).observed.starts_with("3 s,"));
    }

    #[test]
    fn the_time_up_to_now_counts_and_so_does_that_from_the_begin() {
        assert_eq!(evaluate(range(4), &scene().loaded("1:rs1", 6)).verdict, Failed);
        assert_eq!(evaluate(range(4), &scene().loaded("5:rs1", 6)).verdict, Failed);
    }

    #[test]
    fn without_an_end_of_a_request_nothing_is_known() {
        assert_eq!(evaluate(range(4), &scene().loaded("", 3)).verdict, Errored);
        assert_eq!(evaluate(range(4), &scene()).verdict, Errored);
    }
}
