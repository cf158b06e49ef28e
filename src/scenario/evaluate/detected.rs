use crate::lab::{DurationRange, FaultKind, Lab, NodeName, Role, ServiceName, VirtualService};
use crate::report::Outcome;
use crate::scenario::Seen;
use crate::scenario::scene::{Broken, Scene};
use crate::text::elapsed;
use std::time::Duration;

/// From the last fault of a real server to the moment when no living director sends it new
/// connections.
pub(super) fn evaluate(range: DurationRange, scene: &Scene, lab: &Lab) -> Outcome {
    let expected = format!("{range} to the removal, or the weight 0, in every table");
    match measure(scene, lab) {
        Ok(Ok(time)) => Outcome::measured(range.contains(time), expected, elapsed(time)),
        Ok(Err(still)) => Outcome::measured(false, expected, still),
        Err(reason) => Outcome::unmeasured(expected, reason),
    }
}

/// The time, or in which tables the server still is.
fn measure(scene: &Scene, lab: &Lab) -> Result<Result<Duration, String>, String> {
    let fault = scene
        .last_fault(|fault| lab.has_role(&fault.node, Role::RealServer))
        .ok_or("no fault of a real server came before")?;
    if let FaultKind::Weight { .. } | FaultKind::Remove { .. } = fault.fault.kind {
        return Err(format!("`{}` changes the tables itself", fault.fault));
    }
    let tables = tables(scene, lab, fault);
    if tables.is_empty() {
        let server = &fault.fault.node;
        return Err(format!("no director that could detect it has `{server}` in its table"));
    }
    let (mut last, mut still) = (Duration::ZERO, Vec::new());
    for (director, service) in tables {
        match gone(scene, fault, (director, service))? {
            Some(at) => last = last.max(at.saturating_sub(fault.at)),
            None => still.push(format!("{service} on {director}")),
        }
    }
    if still.is_empty() {
        return Ok(Ok(last));
    }
    Ok(Err(format!("{} is still in the table of {}", fault.fault.node, still.join(", "))))
}

/// The directors that could detect the fault, with each of their virtual services that has the
/// server. What befell a director meanwhile may have changed its table as well.
fn tables<'a>(scene: &Scene, lab: &'a Lab, fault: &Broken) -> Vec<(&'a NodeName, &'a ServiceName)> {
    let has = |service: &&VirtualService| {
        service.destinations.iter().any(|d| d.real_server == fault.fault.node)
    };
    let spared = |director: &NodeName| {
        let mut later = scene.broken.iter().filter(|broken| broken.at >= fault.at);
        scene.lives(director) && !later.any(|broken| &broken.fault.node == director)
    };
    let services = lab.services.iter().filter(has);
    let pairs = services.flat_map(|s| s.directors.iter().map(move |d| (d, &s.name)));
    pairs.filter(|(director, _)| spared(director)).collect()
}

/// When the server left a table first after the fault, if it has.
fn gone(
    scene: &Scene,
    fault: &Broken,
    (director, service): (&NodeName, &ServiceName),
) -> Result<Option<Duration>, String> {
    let server = fault.fault.node.as_str();
    let changes = scene.sights.iter().filter(|sight| &sight.director == director);
    let changes = changes.filter_map(|sight| match &sight.seen {
        Seen::Weight(of, name, weight) if of == service && name == server => {
            Some((sight.at, weight.unwrap_or(0)))
        }
        _ => None,
    });
    let (before, after): (Vec<_>, Vec<_>) = changes.partition(|(at, _)| *at <= fault.at);
    match before.last() {
        None => Err(format!("{server} was not seen in {service} on {director} before the fault")),
        Some((_, 0)) => Err(format!("{server} was out of {service} on {director} before")),
        Some(_) => Ok(after.iter().find(|(_, weight)| *weight == 0).map(|(at, _)| *at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Scheduler;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::{farm, scene, secs};

    fn weight(weight: Option<u32>) -> Seen {
        Seen::Weight("web".parse().unwrap(), "rs1".to_owned(), weight)
    }

    fn watched() -> Scene {
        let start = scene().saw(0, "node01", weight(Some(1))).saw(0, "node04", weight(Some(1)));
        start.broke(2, "stop rs1")
    }

    fn judge(scene: &Scene) -> Outcome {
        let range = DurationRange { min: Duration::ZERO, max: secs(5) };
        evaluate(range, scene, &farm(Scheduler::Rr))
    }

    #[test]
    fn the_last_table_counts() {
        let scene = watched().saw(4, "node04", weight(None)).saw(6, "node01", weight(Some(0)));
        let outcome = judge(&scene);
        assert_eq!((outcome.verdict, outcome.observed.as_str()), (Passed, "4 s"));
    }

    #[test]
    fn a_table_that_still_has_it_is_named() {
        let outcome = judge(&watched().saw(4, "node04", weight(None)));
        assert_eq!(outcome.verdict, Failed);
        assert_eq!(outcome.observed, "rs1 is still in the table of web on node01");
    }

    #[test]
    fn a_dead_director_does_not_count() {
        let scene = watched().broke(3, "kill node01").saw(4, "node04", weight(None));
        assert_eq!(judge(&scene).verdict, Passed);
    }

    #[test]
    fn without_a_director_that_could_detect_it_nothing_is_known() {
        let dead = watched().broke(3, "kill node01").broke(3, "kill node04");
        assert_eq!(judge(&dead).verdict, Errored);
    }

    #[test]
    fn a_table_that_its_director_lost_was_not_changed_by_a_checker() {
        let mut scene = watched()
            .broke(3, "kill node01")
            .saw(3, "node01", weight(None))
            .saw(4, "node04", weight(None))
            .saw(7, "node01", weight(Some(1)));
        scene.broken[1].in_force = false;
        let outcome = judge(&scene);
        assert_eq!((outcome.verdict, outcome.observed.as_str()), (Passed, "2 s"));
    }

    #[test]
    fn what_a_fault_takes_out_is_not_detected() {
        let mut scene = watched().saw(2, "node01", weight(None)).saw(2, "node04", weight(None));
        scene.broken[0].fault.kind = FaultKind::Remove { service: None };
        let outcome = judge(&scene);
        assert_eq!(outcome.verdict, Errored);
        let words = "cannot be measured because `remove rs1` changes the tables itself";
        assert_eq!(outcome.observed, words);
    }

    #[test]
    fn what_was_not_there_before_cannot_be_detected() {
        assert_eq!(judge(&scene().broke(2, "stop rs1")).verdict, Errored);
        assert_eq!(judge(&scene()).verdict, Errored);
    }
}
