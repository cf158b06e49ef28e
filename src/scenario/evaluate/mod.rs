//! Judges one expectation by what was measured: pure functions, one file for each kind.

mod availability;
mod counts;
mod destinations;
mod detected;
mod failures;
mod latency;
mod lost;
mod outage;
mod output;
mod predicted;
mod source;
mod status;
mod survived;
mod takeover;
mod tally;
mod via;
mod vip_owner;
mod vrrp_state;

pub(super) use tally::answers;

use super::measured::{CommandOutput, Measured};
use super::prediction::Prediction;
use super::scene::Scene;
use crate::lab::{Distribution, Expected, Lab};
use crate::report::{Outcome, Verdict};
use crate::traffic::Sample;

/// What a judgement needs beside the measurement.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// What the director's scheduler should have done, or why nobody knows.
    pub prediction: &'a Result<Prediction, String>,
    /// What was seen of the scenario so far.
    pub scene: &'a Scene,
}

/// Judges an expectation.
pub(super) fn evaluate(expected: &Expected, measured: &Measured, context: Context) -> Outcome {
    if let Some(outcome) = scene(expected, context) {
        return outcome;
    }
    match measured {
        Measured::Requests(samples) if samples.is_empty() => {
            Outcome::unmeasured(name(expected), "no request was sent")
        }
        Measured::Requests(samples) => requests(expected, samples, context),
        Measured::Command(output) => command(expected, output),
        Measured::Nothing => {
            Outcome::unmeasured(name(expected), "the step sends no request and runs no command")
        }
    }
}

/// Judges an expectation of the scenario so far, which any step may have; none if it is one of
/// what the step itself did.
fn scene(expected: &Expected, Context { lab, scene, .. }: Context) -> Option<Outcome> {
    Some(match expected {
        Expected::Outage(range) => certain(outage::evaluate(*range, scene), scene),
        Expected::Lost(range) => certain(lost::evaluate(*range, scene), scene),
        Expected::Takeover(range) => takeover::evaluate(*range, scene, lab),
        Expected::Detected(range) => detected::evaluate(*range, scene, lab),
        Expected::Availability(least) => certain(availability::evaluate(*least, scene), scene),
        Expected::VipOwner(wanted) => vip_owner::evaluate(wanted, scene),
        Expected::VrrpState(wanted) => vrrp_state::evaluate(wanted, scene),
        Expected::Destinations(wanted) => destinations::evaluate(wanted, scene, lab),
        Expected::ConnectionsSurvived(range) => survived::evaluate(*range, scene),
        _ => return None,
    })
}

/// A pass that rests on requests whose end is not known yet is none.
fn certain(outcome: Outcome, scene: &Scene) -> Outcome {
    match scene.too_early() {
        Some(reason) if outcome.verdict == Verdict::Passed => {
            Outcome::unmeasured(outcome.expected, reason)
        }
        _ => outcome,
    }
}

/// Whether an expectation is about the scenario so far, rather than what its step did.
pub(super) fn is_of_scene(expected: &Expected) -> bool {
    use Expected::{Distribution, Exit, Failures, Latency, Output, Source, Status, Via};
    !matches!(
        expected,
        Distribution(_)
            | Status(_)
            | Failures(_)
            | Source(_)
            | Via(_)
            | Latency(_)
            | Exit(_)
            | Output(_)
    )
}

/// An expectation's key in the file.
pub(super) fn name(expected: &Expected) -> &'static str {
    match expected {
        Expected::Distribution(_) => "distribution",
        Expected::Status(_) => "status",
        Expected::Failures(_) => "failures",
        Expected::Source(_) => "source",
        Expected::Via(_) => "via",
        Expected::Latency(_) => "latency",
        Expected::Exit(_) => "exit",
        Expected::Output(_) => "output",
        Expected::Outage(_) => "outage",
        Expected::Lost(_) => "lost",
        Expected::Takeover(_) => "takeover",
        Expected::Detected(_) => "detected",
        Expected::Availability(_) => "availability",
        Expected::VipOwner(_) => "vip_owner",
        Expected::VrrpState(_) => "vrrp_state",
        Expected::Destinations(_) => "destinations",
        Expected::ConnectionsSurvived(_) => "connections_survived",
    }
}

/// How many samples a judgement rests on: some expectations are about answers only, others about
/// the load, and others about one look at the directors.
pub(super) fn samples(expected: &Expected, measured: &Measured, scene: &Scene) -> usize {
    use Expected::{
        Availability, ConnectionsSurvived, Destinations, Detected, Latency, Lost, Outage, Source,
        Status, Takeover, Via, VipOwner, VrrpState,
    };
    match (expected, measured) {
        (Outage(_) | Lost(_) | Takeover(_) | Availability(_) | ConnectionsSurvived(_), _) => {
            scene.load.as_ref().map_or(0, |load| load.samples.len())
        }
        (VipOwner(_) | VrrpState(_) | Destinations(_), _) => usize::from(scene.look.is_ok()),
        (Detected(_), _) => scene.sights.len(),
        (_, Measured::Nothing) => 0,
        (_, Measured::Command(_)) => 1,
        (Status(_) | Source(_) | Via(_) | Latency(_), Measured::Requests(samples)) => {
            tally::answered(samples).count()
        }
        (_, Measured::Requests(samples)) => samples.len(),
    }
}

fn requests(expected: &Expected, samples: &[Sample], context: Context) -> Outcome {
    match expected {
        Expected::Distribution(Distribution::Counts(counts)) => counts::evaluate(counts, samples),
        Expected::Distribution(Distribution::Predicted) => predicted::evaluate(context.prediction),
        Expected::Status(status) => status::evaluate(*status, samples),
        Expected::Failures(range) => failures::evaluate(*range, samples),
        Expected::Source(source) => source::evaluate(source, samples, context.lab),
        Expected::Via(tiers) => via::evaluate(tiers, samples),
        Expected::Latency(bounds) => latency::evaluate(bounds, samples),
        Expected::Exit(_) | Expected::Output(_) => {
            Outcome::unmeasured(name(expected), "requests were sent and no command was run")
        }
        _ => unreached(expected),
    }
}

/// [`scene`] has judged it.
fn unreached(expected: &Expected) -> Outcome {
    Outcome::unmeasured(name(expected), "it is not about a step's requests")
}

fn command(expected: &Expected, output: &CommandOutput) -> Outcome {
    match expected {
        Expected::Exit(code) => output::exit(*code, output),
        Expected::Output(text) => output::contains(text, output),
        _ => Outcome::unmeasured(name(expected), "a command was run and no request was sent"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{CountRange, DurationRange};
    use crate::scenario::support::{lab, sample, scene};
    use std::time::Duration;

    fn judge(expected: &Expected, measured: &Measured) -> Outcome {
        let prediction = Err("nobody asked".to_owned());
        let context = Context { lab: &lab(), prediction: &prediction, scene: &scene() };
        evaluate(expected, measured, context)
    }

    fn every_expectation() -> Vec<Expected> {
        vec![
            Expected::Distribution(Distribution::Counts([].into())),
            Expected::Distribution(Distribution::Predicted),
            Expected::Status(200),
            Expected::Failures(CountRange::exactly(0)),
            Expected::Source(crate::lab::SourceExpected::Node("client".parse().unwrap())),
            Expected::Via(Vec::new()),
            Expected::Latency(Vec::new()),
            Expected::Exit(0),
            Expected::Output(String::new()),
        ]
    }

    #[test]
    fn no_sample_is_an_error_and_never_a_pass() {
        for expected in every_expectation() {
            let outcome = judge(&expected, &Measured::Requests(Vec::new()));
            assert_eq!(outcome.verdict, Verdict::Errored, "{}", outcome.expected);
            assert_eq!(judge(&expected, &Measured::Nothing).verdict, Verdict::Errored);
        }
    }

    #[test]
    fn what_is_expected_of_answers_rests_on_answers_only() {
        let outcomes = [Ok("rs1"), Err(crate::traffic::Failure::Refused), Ok("rs2")];
        let all = outcomes.into_iter().enumerate().map(|(index, one)| sample(index, one));
        let measured = Measured::Requests(all.collect());
        assert_eq!(samples(&Expected::Status(200), &measured, &scene()), 2);
        assert_eq!(samples(&Expected::Failures(CountRange::exactly(1)), &measured, &scene()), 3);
    }

    #[test]
    fn no_bound_is_no_pass() {
        let measured = Measured::Requests(vec![sample(0, Ok("rs1"))]);
        let outcome = judge(&Expected::Latency(Vec::new()), &measured);
        assert_eq!(outcome.verdict, Verdict::Errored);
    }

    #[test]
    fn what_a_step_does_not_measure_is_an_error() {
        let command = Measured::Command(CommandOutput::default());
        assert_eq!(judge(&Expected::Status(200), &command).verdict, Verdict::Errored);
        let requests = Measured::Requests(vec![sample(0, Ok("rs1"))]);
        assert_eq!(judge(&Expected::Exit(0), &requests).verdict, Verdict::Errored);
    }

    #[test]
    fn nothing_passes_while_an_outage_may_go_on_unseen() {
        let all = DurationRange { min: Duration::ZERO, max: Duration::from_secs(9) };
        let upper = [
            Expected::Outage(all),
            Expected::Lost(CountRange { min: 0, max: 9 }),
            Expected::Availability(1),
        ];
        let seen = scene().loaded("1:rs1 3:rs1", 9).broke(2, "kill node01");
        let prediction = Err("nobody asked".to_owned());
        let judge = |expected: &Expected, scene: &Scene| {
            let context = Context { lab: &lab(), prediction: &prediction, scene };
            evaluate(expected, &Measured::Nothing, context)
        };
        for expected in &upper {
            let early = judge(expected, &seen.clone().running_at(2));
            assert_eq!(early.verdict, Verdict::Errored, "{}", early.expected);
            let words = "requests that were under way at `kill node01` may be so still";
            assert_eq!(early.observed, format!("cannot be measured because {words}"));
            assert_eq!(judge(expected, &seen.clone().running_at(3)).verdict, Verdict::Passed);
        }
    }

    #[test]
    fn an_unknown_prediction_is_an_error_that_says_why() {
        let requests = Measured::Requests(vec![sample(0, Ok("rs1"))]);
        let outcome = judge(&Expected::Distribution(Distribution::Predicted), &requests);
        assert_eq!(outcome.verdict, Verdict::Errored);
        assert_eq!(outcome.observed, "cannot be measured because nobody asked");
    }
}
