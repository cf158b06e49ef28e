use crate::lab::{DurationRange, Fault};
use crate::report::Outcome;
use crate::scenario::scene::{LoadSeen, Scene};
use crate::text::elapsed;
use crate::traffic::Sample;
use std::time::Duration;

/// The longest time between two successes is within bounds. One that has not ended since the last
/// fault has no upper bound.
pub(super) fn evaluate(range: DurationRange, scene: &Scene) -> Outcome {
    let expected = format!("{range} at the longest without a success");
    match scene.measured_load().and_then(|load| Ok((load, lasting(load, scene)?))) {
        Ok((load, lasting)) => {
            let (from, gap) = longest(load);
            let after = elapsed(from.saturating_sub(load.begun));
            let seen = format!("{}, from {after} after the load's begin on", elapsed(gap));
            match lasting {
                None => Outcome::measured(range.contains(gap), expected, seen),
                Some(fault) => {
                    let holds = range.contains(gap) && range.max == Duration::MAX;
                    Outcome::measured(
                        holds,
                        expected,
                        format!("{seen}; no success since `{fault}`"),
                    )
                }
            }
        }
        Err(reason) => Outcome::unmeasured(expected, reason),
    }
}

/// The last fault, if there was no success after it.
///
/// # Errors
/// If nobody asked after it.
fn lasting<'a>(load: &LoadSeen, scene: &'a Scene) -> Result<Option<&'a Fault>, String> {
    let Some(fault) = scene.last_under(load) else { return Ok(None) };
    let mut later = load.sent_from(fault.done).peekable();
    if later.peek().is_none() {
        return Err(format!("no request that was sent after `{}` has ended", fault.fault));
    }
    Ok((!later.any(Sample::is_good)).then_some(&fault.fault))
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
    fn an_outage_that_does_not_end_is_as_long_as_you_like() {
        let scene = scene().loaded("1:rs1 3:refused 4:refused", 5).broke(2, "kill node01");
        let outcome = evaluate(range(9), &scene);
        assert_eq!(outcome.verdict, Failed);
        let words = "4 s, from 1 s after the load's begin on; no success since `kill node01`";
        assert_eq!(outcome.observed, words);
        let endless = DurationRange { min: secs(4), max: Duration::MAX };
        assert_eq!(evaluate(endless, &scene).verdict, Passed);
    }

    #[test]
    fn without_a_request_after_the_fault_nothing_is_known() {
        let scene = scene().loaded("1:rs1", 2).broke(2, "kill node01");
        assert_eq!(evaluate(range(9), &scene).verdict, Errored);
        let later = scene.loaded("1:rs1", 2).broke(3, "kill node01");
        assert_eq!(evaluate(range(9), &later).verdict, Errored);
    }

    #[test]
    fn without_an_end_of_a_request_nothing_is_known() {
        assert_eq!(evaluate(range(4), &scene().loaded("", 3)).verdict, Errored);
        assert_eq!(evaluate(range(4), &scene()).verdict, Errored);
    }
}
