use crate::lab::{DurationRange, Fault, FaultKind, Lab, NodeName, Role};
use crate::report::Outcome;
use crate::scenario::scene::{Broken, LoadSeen, Scene};
use crate::scenario::{Seen, Sight};
use crate::text::elapsed;
use crate::traffic::Sample;
use std::net::IpAddr;
use std::time::Duration;

/// From the last fault of a director to the first success through the director that took the VIP
/// over.
pub(super) fn evaluate(range: DurationRange, scene: &Scene, lab: &Lab) -> Outcome {
    let expected = format!("{range} to the first success through another director");
    match measure(scene, lab) {
        Ok(Takeover::Done { by, moved, served }) => {
            let (moved, words) = (elapsed(moved), elapsed(served));
            let seen = format!("{words}; {by} holds the VIP after {moved}");
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

fn measure(scene: &Scene, lab: &Lab) -> Result<Takeover, String> {
    let load = scene.load.as_ref().map_err(Clone::clone)?;
    let is_director = |fault: &Fault| lab.has_role(&fault.node, Role::Director);
    let fault = scene.last_fault(is_director).ok_or("no director was broken before")?;
    if fault.at < load.begun || fault.at > load.until {
        return Err(format!("the load did not run at `{}`", fault.fault));
    }
    let before = scene.holders_at(load.target.address.ip(), fault.at);
    if before.is_empty() {
        return Err(format!("no director held {} before the fault", load.target.address.ip()));
    }
    if fault.fault.kind == FaultKind::KillDaemons && before.contains(&&fault.fault.node) {
        let node = &fault.fault.node;
        return Err(format!("`{}` leaves the VIP on {node}, whose answer it may be", fault.fault));
    }
    let Some((by, at)) = taken(scene, fault, &before, load.target.address.ip()) else {
        return Ok(Takeover::Pending("no takeover yet".to_owned()));
    };
    let Some(served) = first_success(load, at) else {
        let why = format!("{by} holds the VIP, and no success yet");
        return Ok(Takeover::Pending(why));
    };
    Ok(Takeover::Done { by: by.clone(), moved: at - fault.at, served: served - fault.at })
}

/// Who has taken the VIP, and when. On a machine that pauses the other one may hold it already: then
/// it is taken as soon as the broken one is out of the way.
fn taken<'a>(
    scene: &'a Scene,
    fault: &Broken,
    before: &[&'a NodeName],
    vip: IpAddr,
) -> Option<(&'a NodeName, Duration)> {
    let broken = &fault.fault.node;
    if before.contains(&broken)
        && let Some(other) = before.iter().find(|holder| **holder != broken)
    {
        return Some((other, fault.done));
    }
    let came = |sight: &&Sight| {
        sight.at > fault.at && sight.seen == Seen::Holds(vip) && !before.contains(&&sight.director)
    };
    scene.sights.iter().find(came).map(|sight| (&sight.director, sight.at))
}

/// The end of the first good answer to a request that was sent at a moment or later.
fn first_success(load: &LoadSeen, from: Duration) -> Option<Duration> {
    load.sent_from(from).filter(|sample| sample.is_good()).map(Sample::ended).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Scheduler;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::{farm, scene, secs};

    fn range() -> DurationRange {
        DurationRange { min: secs(3), max: secs(5) }
    }

    fn judge(scene: &Scene) -> Outcome {
        evaluate(range(), scene, &farm(Scheduler::Rr))
    }

    #[test]
    fn it_ends_with_the_first_success_after_the_vip_has_moved() {
        let scene = scene()
            .saw(0, "node01", Seen::Holds([10, 0, 0, 100].into()))
            .broke(2, "kill node01")
            .saw(5, "node04", Seen::Holds([10, 0, 0, 100].into()))
            .loaded("1:rs1 2:timeout 4:rs1 6:rs1 7:rs1", 8);
        let outcome = judge(&scene);
        assert_eq!(
            (outcome.verdict, outcome.observed.as_str()),
            (Passed, "4 s; node04 holds the VIP after 3 s")
        );
    }

    #[test]
    fn no_takeover_yet_is_a_failure_that_may_be_tried_again() {
        let scene = scene()
            .saw(0, "node01", Seen::Holds([10, 0, 0, 100].into()))
            .broke(2, "kill node01")
            .loaded("1:rs1", 3);
        let outcome = judge(&scene);
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
        assert_eq!(judge(&scene).verdict, Failed);
    }

    #[test]
    fn without_a_fault_or_an_owner_nothing_is_known() {
        let loaded = scene().loaded("1:rs1", 2);
        assert_eq!(judge(&loaded).verdict, Errored);
        assert_eq!(judge(&loaded.broke(1, "kill node01")).verdict, Errored);
    }

    #[test]
    fn after_the_daemons_death_the_old_director_may_have_answered() {
        let scene = |fault| {
            scene()
                .saw(0, "node01", Seen::Holds([10, 0, 0, 100].into()))
                .broke(2, fault)
                .saw(5, "node04", Seen::Holds([10, 0, 0, 100].into()))
                .loaded("1:rs1 6:rs1", 8)
        };
        let outcome = judge(&scene("kill-daemons node01"));
        let words = "cannot be measured because `kill-daemons node01` leaves the VIP on node01, \
                     whose answer it may be";
        assert_eq!((outcome.verdict, outcome.observed.as_str()), (Errored, words));
        assert_eq!(judge(&scene("kill node01")).verdict, Passed);
    }

    #[test]
    fn who_holds_it_already_has_taken_it_as_soon_as_the_other_is_broken() {
        let mut scene = scene()
            .saw(0, "node01", Seen::Holds([10, 0, 0, 100].into()))
            .saw(1, "node04", Seen::Holds([10, 0, 0, 100].into()))
            .broke(2, "kill node01")
            .loaded("1:rs1 2:rs1 4:timeout 6:rs1", 8);
        scene.broken[0].done = secs(3);
        let outcome = judge(&scene);
        assert_eq!(
            (outcome.verdict, outcome.observed.as_str()),
            (Passed, "4 s; node04 holds the VIP after 1 s")
        );
    }

    #[test]
    fn a_fault_of_a_server_moves_no_vip() {
        let scene = scene()
            .saw(0, "node01", Seen::Holds([10, 0, 0, 100].into()))
            .broke(2, "kill node01")
            .saw(5, "node04", Seen::Holds([10, 0, 0, 100].into()))
            .broke(6, "stop rs1")
            .loaded("1:rs1 6:rs1", 8);
        assert_eq!(judge(&scene).verdict, Passed);
    }

    #[test]
    fn a_load_that_did_not_run_at_the_fault_saw_no_takeover() {
        let scene = scene()
            .saw(0, "node01", Seen::Holds([10, 0, 0, 100].into()))
            .broke(2, "kill node01")
            .saw(5, "node04", Seen::Holds([10, 0, 0, 100].into()));
        assert_eq!(judge(&scene.clone().loaded("1:rs1", 1)).verdict, Errored);
        let mut late = scene.loaded("6:rs1", 8);
        late.load.as_mut().unwrap().begun = secs(3);
        assert_eq!(judge(&late).verdict, Errored);
    }
}
