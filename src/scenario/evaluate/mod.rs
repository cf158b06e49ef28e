//! Judges one expectation by what was measured: pure functions, one file for each kind.

mod counts;
mod failures;
mod latency;
mod output;
mod predicted;
mod source;
mod status;
mod tally;

pub(super) use tally::answers;

use super::measured::{CommandOutput, Measured};
use super::prediction::Prediction;
use crate::lab::{Distribution, Expected, Lab};
use crate::report::Outcome;
use crate::traffic::Sample;

/// What a judgement needs beside the measurement.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// What the director's scheduler should have done, or why nobody knows.
    pub prediction: &'a Result<Prediction, String>,
}

/// Judges an expectation.
pub(super) fn evaluate(expected: &Expected, measured: &Measured, context: Context) -> Outcome {
    match measured {
        Measured::Requests(samples) if samples.is_empty() => {
            Outcome::unmeasured(name(expected), "no request was sent")
        }
        Measured::Requests(samples) => requests(expected, samples, context),
        Measured::Command(output) => command(expected, output),
        Measured::Nothing => Outcome::unmeasured(name(expected), "the step only waits"),
    }
}

/// An expectation's key in the file.
pub(super) fn name(expected: &Expected) -> &'static str {
    match expected {
        Expected::Distribution(_) => "distribution",
        Expected::Status(_) => "status",
        Expected::Failures(_) => "failures",
        Expected::Source(_) => "source",
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

/// How many samples a judgement rests on: some expectations are about answers only.
pub(super) fn samples(expected: &Expected, measured: &Measured) -> usize {
    match (measured, expected) {
        (Measured::Nothing, _) => 0,
        (Measured::Command(_), _) => 1,
        (
            Measured::Requests(samples),
            Expected::Status(_) | Expected::Source(_) | Expected::Latency(_),
        ) => tally::answered(samples).count(),
        (Measured::Requests(samples), _) => samples.len(),
    }
}

fn requests(expected: &Expected, samples: &[Sample], context: Context) -> Outcome {
    match expected {
        Expected::Distribution(Distribution::Counts(counts)) => counts::evaluate(counts, samples),
        Expected::Distribution(Distribution::Predicted) => predicted::evaluate(context.prediction),
        Expected::Status(status) => status::evaluate(*status, samples),
        Expected::Failures(range) => failures::evaluate(*range, samples),
        Expected::Source(source) => source::evaluate(source, samples, context.lab),
        Expected::Latency(bounds) => latency::evaluate(bounds, samples),
        Expected::Exit(_) | Expected::Output(_) => {
            Outcome::unmeasured(name(expected), "requests were sent and no command was run")
        }
        _ => Outcome::unmeasured(name(expected), "not built yet"),
    }
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
    use crate::lab::CountRange;
    use crate::report::Verdict;
    use crate::scenario::support::{lab, sample};

    fn judge(expected: &Expected, measured: &Measured) -> Outcome {
        let prediction = Err("nobody asked".to_owned());
        evaluate(expected, measured, Context { lab: &lab(), prediction: &prediction })
    }

    fn every_expectation() -> Vec<Expected> {
        vec![
            Expected::Distribution(Distribution::Counts([].into())),
            Expected::Distribution(Distribution::Predicted),
            Expected::Status(200),
            Expected::Failures(CountRange::exactly(0)),
            Expected::Source(crate::lab::SourceExpected::Node("client".parse().unwrap())),
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
        assert_eq!(samples(&Expected::Status(200), &measured), 2);
        assert_eq!(samples(&Expected::Failures(CountRange::exactly(1)), &measured), 3);
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
    fn an_unknown_prediction_is_an_error_that_says_why() {
        let requests = Measured::Requests(vec![sample(0, Ok("rs1"))]);
        let outcome = judge(&Expected::Distribution(Distribution::Predicted), &requests);
        assert_eq!(outcome.verdict, Verdict::Errored);
        assert_eq!(outcome.observed, "cannot be measured because nobody asked");
    }
}
