use crate::report::Outcome;
use crate::scenario::scene::{LoadSeen, Scene};
use crate::text::elapsed;
use std::time::Duration;

/// All, in thousandths of a per cent.
const ALL: u32 = 100_000;

/// At least so much of the load's time was up (in thousandths of a per cent). From the first
/// request that is lost to the next success it is down, which is one failure:
/// MTBF = uptime / failures, MTTR = downtime / failures, A = MTBF / (MTBF + MTTR).
pub(super) fn evaluate(least: u32, scene: &Scene) -> Outcome {
    let expected = format!("at least {}", percent(least));
    let load = match scene.measured_load() {
        Ok(load) => load,
        Err(reason) => return Outcome::unmeasured(expected, reason),
    };
    let (total, downs) = (end(load).saturating_sub(load.begun), downtimes(load));
    if total.is_zero() {
        return Outcome::unmeasured(expected, "the load has only just begun");
    }
    let down: Duration = downs.iter().map(|(from, to)| *to - *from).sum();
    let up = total.saturating_sub(down);
    let share = (up.as_nanos() * u128::from(ALL) / total.as_nanos()) as u32;
    Outcome::measured(share >= least, expected, words(share, up, down, downs.len() as u32))
}

fn words(share: u32, up: Duration, down: Duration, failures: u32) -> String {
    if failures == 0 {
        return format!("{} of {}, no failure", percent(share), elapsed(up));
    }
    let noun = if failures == 1 { "failure" } else { "failures" };
    let (between, repair) = (elapsed(up / failures), elapsed(down / failures));
    format!("{}: {failures} {noun}, MTBF {between}, MTTR {repair}", percent(share))
}

/// `99.95 %`, without zeros at the end.
fn percent(thousandths: u32) -> String {
    format!("{} %", f64::from(thousandths) / 1000.0)
}

/// The load's end so far, or the end of its last request where that is later.
fn end(load: &LoadSeen) -> Duration {
    load.samples.iter().map(|sample| sample.ended()).fold(load.until, Duration::max)
}

/// From a request that was lost to the end of the first success that was sent later; those that
/// overlap are one.
fn downtimes(load: &LoadSeen) -> Vec<(Duration, Duration)> {
    let (mut good, mut lost): (Vec<_>, Vec<_>) =
        load.samples.iter().partition(|sample| sample.is_good());
    good.sort_by_key(|sample| sample.ended());
    lost.sort_by_key(|sample| sample.started);
    let mut downs: Vec<(Duration, Duration)> = Vec::new();
    for sample in lost {
        let from = sample.started;
        let next = good.iter().find(|success| success.sent() >= from);
        let to = next.map_or_else(|| end(load), |success| success.ended());
        match downs.last_mut() {
            Some((_, until)) if from <= *until => *until = to.max(*until),
            _ => downs.push((from, to)),
        }
    }
    downs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::scene;

    #[test]
    fn what_is_lost_makes_it_down_up_to_the_next_success() {
        let scene = scene().loaded("1:rs1 2:refused 3:refused 4:rs1 7:refused 8:rs1", 10);
        let outcome = evaluate(60_000, &scene);
        assert_eq!(outcome.verdict, Passed);
        assert_eq!(outcome.observed, "70 %: 2 failures, MTBF 3.5 s, MTTR 1.5 s");
        assert_eq!(evaluate(70_001, &scene).verdict, Failed);
    }

    #[test]
    fn what_never_comes_back_is_down_to_the_end() {
        let outcome = evaluate(99_900, &scene().loaded("1:rs1 5:refused", 10));
        assert_eq!(outcome.observed, "50 %: 1 failure, MTBF 5 s, MTTR 5 s");
        assert_eq!((outcome.verdict, outcome.expected.as_str()), (Failed, "at least 99.9 %"));
    }

    #[test]
    fn no_failure_is_all_of_it() {
        let outcome = evaluate(100_000, &scene().loaded("1:rs1", 10));
        assert_eq!(
            (outcome.verdict, outcome.observed.as_str()),
            (Passed, "100 % of 10 s, no failure")
        );
    }

    #[test]
    fn no_request_is_an_error() {
        assert_eq!(evaluate(0, &scene().loaded("", 10)).verdict, Errored);
    }
}
