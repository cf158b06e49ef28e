use crate::lab::{DurationRange, NodeName};
use crate::report::Outcome;
use crate::scenario::scene::{LoadSeen, Scene};
use crate::scenario::{Seen, Sight};
use crate::text::elapsed;
use std::time::Duration;

/// From the last fault to the first success through the director that took the VIP over.
pub(super) fn evaluate(range: DurationRange, scene: &Scene) -> Outcome {
    let expected = format!("{range} to the first success through another director");
    match measure(scene) {
        Ok(Takeover::Done { by, moved, served }) => {
            let (moved, words) = (elapsed(moved), elapsed(served));
            let seen = format!("{words} ({by} holds the VIP after {moved})");
            Outcome::measured(range.contains(served), expected, seen)
        }
        Ok(Takeover::Pending(why)) => Outcome::measured(false, expected, why),
        Err(reason) => Outcome::unmeasured(expected, reason),
    }
}

/// Times from the fault on.
enum Takeover {
    Done {
        by: NodeName,
        moved: Duration,
        served: Duration,
    },
    /// It may come yet.
    Pending(String),
}

fn measure(scene: &Scene) -> Result<Takeover, String> {
    let load = scene.load.as_ref().map_err(Clone::clone)?;
    let fault = scene.last_fault(|_| true).ok_or("nothing was broken before")?;
    let before = scene.holders_at(load.target.ip(), fault.at);
    if before.is_empty() {
        return Err(format!("no director held {} before the fault", load.target.ip()));
    }
    let came = |sight: &&Sight| {
        sight.at > fault.at
            && sight.seen == Seen::Holds(load.target.ip())
            && !before.contains(&&sight.director)
    };
    let Some(move_) = scene.sights.iter().find(came) else {
        return Ok(Takeover::Pending("no takeover yet".to_owned()));
    };
    let Some(served) = first_success(load, move_.at) else {
        let why = format!("{} holds the VIP, and no success yet", move_.director);
        return Ok(Takeover::Pending(why));
    };
    let (by, moved) = (move_.director.clone(), move_.at - fault.at);
    Ok(Takeover::Done { by, moved, served: served - fault.at })
}

/// The end of the first good answer to a request that was sent at a moment or later.
fn first_success(load: &LoadSeen, from: Duration) -> Option<Duration> {
    let later = load.samples.iter().filter(|sample| sample.is_good() && sample.sent() >= from);
    later.map(|sample| sample.ended()).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::{scene, secs};

    fn range() -> DurationRange {
        DurationRange { min: secs(3), max: secs(5) }
    }

    #[test]
    fn it_ends_with_the_first_success_after_the_vip_has_moved() {
        let scene = scene()
            .saw(0, "node01", Seen::Holds([10, 0, 0, 100].into()))
            .broke(2, "kill node01")
            .saw(5, "node04", Seen::Holds([10, 0, 0, 100].into()))
            .loaded("1:rs1 2:timeout 4:rs1 6:rs1 7:rs1", 8);
        let outcome = evaluate(range(), &scene);
        assert_eq!(
            (outcome.verdict, outcome.observed.as_str()),
            (Passed, "4 s (node04 holds the VIP after 3 s)")
        );
    }

    #[test]
    fn no_takeover_yet_is_a_failure_that_may_be_tried_again() {
        let scene = scene()
            .saw(0, "node01", Seen::Holds([10, 0, 0, 100].into()))
            .broke(2, "kill node01")
            .loaded("1:rs1", 3);
        let outcome = evaluate(range(), &scene);
        assert_eq!((outcome.verdict, outcome.observed.as_str()), (Failed, "no takeover yet"));
    }

    #[test]
    fn a_vip_that_comes_back_to_its_director_is_no_takeover() {
        let scene = scene()
            .saw(0, "node01", Seen::Holds([10, 0, 0, 100].into()))
            .broke(2, "kill node01")
            .saw(3, "node01", Seen::Lost([10, 0, 0, 100].into()))
            .saw(4, "node01", Seen::Holds([10, 0, 0, 100].into()))
            .loaded("5:rs1", 6);
        assert_eq!(evaluate(range(), &scene).verdict, Failed);
    }

    #[test]
    fn without_a_fault_or_an_owner_nothing_is_known() {
        let loaded = scene().loaded("1:rs1", 2);
        assert_eq!(evaluate(range(), &loaded).verdict, Errored);
        assert_eq!(evaluate(range(), &loaded.broke(1, "kill node01")).verdict, Errored);
    }
}
