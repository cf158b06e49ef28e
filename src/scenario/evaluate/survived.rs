use crate::lab::{Connection, CountRange};
use crate::report::Outcome;
use crate::scenario::scene::{LoadSeen, Scene};
use crate::traffic::{Failure, Sample};
use std::collections::BTreeMap;
use std::time::Duration;

/// So many of the connections that the load kept open at the last fault have had an answer since.
pub(super) fn evaluate(range: CountRange, scene: &Scene) -> Outcome {
    let expected = format!("{range} connections with an answer after the fault");
    match measure(scene) {
        Ok(Survival { survived, silent, .. })
            if range.contains(survived) && !range.contains(survived + silent) =>
        {
            let reason = format!("{silent} more may have an answer yet");
            Outcome::unmeasured(expected, reason)
        }
        Ok(Survival { survived, open, .. }) => {
            Outcome::measured(range.contains(survived), expected, format!("{survived} of {open}"))
        }
        Err(reason) => Outcome::unmeasured(expected, reason),
    }
}

/// What became of connections.
struct Survival {
    open: usize,
    survived: u32,
    /// Nothing has come of these yet.
    silent: u32,
}

fn measure(scene: &Scene) -> Result<Survival, String> {
    let load = scene.measured_load()?;
    if load.load.connection == Connection::New {
        return Err("the load makes a new connection for each request".to_owned());
    }
    let fault = scene.last_fault(|_| true).ok_or("nothing was broken before")?;
    let open = open_at(load, fault.at);
    if open.is_empty() {
        return Err("no connection was open at the last fault".to_owned());
    }
    // While a fault is being done its victim still answers.
    let answered = |sample: &&Sample| sample.outcome.is_ok() && sample.sent() >= fault.done;
    let failed = |sample: &&Sample| sample.outcome.is_err() && sample.ended() >= fault.done;
    let survived = open.values().filter(|samples| samples.iter().any(answered)).count();
    let broken = open.values().filter(|samples| samples.iter().any(failed)).count();
    let silent =
        if load.awaits(fault.done) { open.len().saturating_sub(survived + broken) } else { 0 };
    Ok(Survival { open: open.len(), survived: survived as u32, silent: silent as u32 })
}

/// The samples of the connections that were open at a moment: a request was answered on each of
/// them before, and none had failed. One that was still being made is not among them, as it may
/// have been made after that moment.
fn open_at(load: &LoadSeen, at: Duration) -> BTreeMap<usize, Vec<&Sample>> {
    let mut connections: BTreeMap<usize, Vec<&Sample>> = BTreeMap::new();
    let carried = load.samples.iter().filter(|s| s.outcome != Err(Failure::NoClient));
    for sample in carried {
        connections.entry(sample.connection).or_default().push(sample);
    }
    connections.retain(|_, samples| {
        let mut before = samples.iter().filter(|sample| sample.ended() <= at).peekable();
        before.peek().is_some() && before.all(|sample| sample.outcome.is_ok())
    });
    connections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::scene;

    fn kept(words: &str) -> Scene {
        let mut scene = scene().loaded(words, 9).broke(3, "kill node01");
        if let Ok(load) = &mut scene.load {
            load.load.connection = Connection::KeepAlive;
            for (index, sample) in load.samples.iter_mut().enumerate() {
                sample.connection = index % 2;
            }
        }
        scene
    }

    #[test]
    fn a_connection_survives_that_has_an_answer_after_the_fault() {
        let scene = kept("1:rs1 2:rs2 5:rs1 6:timeout");
        let outcome = evaluate(CountRange::exactly(1), &scene);
        assert_eq!((outcome.verdict, outcome.observed.as_str()), (Passed, "1 of 2"));
        assert_eq!(evaluate(CountRange::exactly(2), &scene).verdict, Failed);
    }

    #[test]
    fn a_connection_that_was_being_made_at_the_fault_was_not_open() {
        let mut scene = kept("1:rs1 2:rs2 5:rs1");
        if let Ok(load) = &mut scene.load {
            load.samples[1].latency = Duration::from_secs(5);
        }
        let outcome = evaluate(CountRange::exactly(1), &scene);
        assert_eq!((outcome.verdict, outcome.observed.as_str()), (Passed, "1 of 1"));
    }

    #[test]
    fn an_answer_while_the_fault_was_still_being_made_does_not_count() {
        let mut scene = kept("1:rs1 2:rs2 4:rs1");
        scene.broken[0].done = Duration::from_secs(5);
        assert_eq!(evaluate(CountRange::exactly(0), &scene).verdict, Passed);
    }

    #[test]
    fn what_may_yet_be_answered_is_not_lost() {
        let scene = kept("1:rs1 2:rs2 3:rs1").running_at(3);
        let outcome = evaluate(CountRange::exactly(1), &scene);
        assert_eq!(outcome.verdict, Errored);
        assert_eq!(outcome.observed, "cannot be measured because 1 more may have an answer yet");
        assert_eq!(evaluate(CountRange { min: 1, max: 2 }, &scene).verdict, Passed);
        assert_eq!(evaluate(CountRange::exactly(1), &scene.running_at(5)).verdict, Passed);
    }

    #[test]
    fn new_connections_have_nothing_to_survive() {
        let scene = scene().loaded("1:rs1", 9).broke(3, "kill node01");
        assert_eq!(evaluate(CountRange::exactly(0), &scene).verdict, Errored);
        assert_eq!(evaluate(CountRange::exactly(0), &kept("4:rs1 5:rs1")).verdict, Errored);
    }
}
