//! Whole runs on a stage that plays back what it was given.

use super::support::{lab, samples, service};
use super::{CommandOutput, History, Stage, run};
use crate::lab::{
    Connection, CountRange, Distribution, Expectation, Expected, Lab, Place, Request, Retry,
    RunCommand, Scenario, Scheduler, SourcePorts, Step, StepAction, Target,
};
use crate::report::{Event, Outcome, ScenarioReport, Verdict};
use crate::traffic::Sample;
use Verdict::{Errored, Failed, Passed};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

/// Answers each request step with the next entry, "broken" with an error; each step has source
/// ports of its own.
struct Playback {
    replies: VecDeque<&'static str>,
    calls: u16,
}

impl Stage for Playback {
    async fn request(&mut self, request: &Request, _: SocketAddr) -> Result<Vec<Sample>, String> {
        let reply = self.replies.pop_front().ok_or("the playback is over")?;
        if reply == "broken" {
            return Err("client sockets cannot be opened".to_owned());
        }
        self.calls += 1;
        let mut samples = samples(reply);
        for sample in &mut samples {
            if request.connection == Connection::KeepAlive {
                sample.connection %= request.concurrency as usize;
            }
            if let Ok(answer) = &mut sample.outcome {
                answer.local.set_port(self.calls * 1000 + sample.connection as u16);
            }
        }
        Ok(samples)
    }

    async fn run(&mut self, command: &RunCommand) -> Result<CommandOutput, String> {
        let stdout = command.shell.clone();
        Ok(CommandOutput { exit: 0, stdout, stderr: String::new() })
    }

    fn position(&self, at: &Place) -> String {
        format!("test.yaml:{at}")
    }
}

fn request() -> Request {
    Request {
        from: "client".parse().unwrap(),
        target: Target::Service("web".parse().unwrap()),
        path: "/".to_owned(),
        count: 4,
        concurrency: 1,
        connection: Connection::New,
        source_ports: SourcePorts::Any,
        timeout: Duration::from_secs(1),
    }
}

fn step(action: StepAction, expected: Expected) -> Step {
    let expectations = vec![Expectation { expected, at: Place::root().key("expect") }];
    Step { action, expectations, within: None, at: Place::root().key("step") }
}

fn predicted(request: Request) -> Step {
    step(StepAction::Request(request), Expected::Distribution(Distribution::Predicted))
}

fn no_failures() -> Step {
    step(StepAction::Request(request()), Expected::Failures(CountRange::exactly(0)))
}

fn lab_with(scheduler: Scheduler, steps: Vec<Step>) -> Lab {
    let name = "shown".parse().unwrap();
    let scenarios = vec![Scenario { name, summary: None, steps, at: Place::root() }];
    Lab { services: vec![service(scheduler, 2)], scenarios, ..lab() }
}

async fn played(
    lab: &Lab,
    history: History,
    replies: &[&'static str],
) -> (ScenarioReport, Vec<Event>) {
    let mut stage = Playback { replies: replies.iter().copied().collect(), calls: 0 };
    let mut events = Vec::new();
    let mut reports = run(lab, history, &mut stage, &mut |event| events.push(event)).await;
    (reports.remove(0), events)
}

async fn play(scheduler: Scheduler, steps: Vec<Step>, replies: &[&'static str]) -> ScenarioReport {
    played(&lab_with(scheduler, steps), History::Fresh, replies).await.0
}

fn outcomes(report: &ScenarioReport) -> Vec<&Outcome> {
    report.steps.iter().flat_map(|step| &step.checks).map(|check| &check.outcome).collect()
}

fn verdicts(report: &ScenarioReport) -> Vec<Verdict> {
    outcomes(report).iter().map(|outcome| outcome.verdict).collect()
}

#[tokio::test]
async fn each_step_is_told_as_it_ends() {
    let lab = lab_with(Scheduler::Rr, vec![no_failures(), no_failures()]);
    let (report, events) = played(&lab, History::Fresh, &["rs1", "rs2 refused"]).await;
    assert_eq!(verdicts(&report), [Passed, Failed]);
    let [started, first, second, finished] = events.as_slice() else { panic!("four events") };
    assert!(matches!(started, Event::ScenarioStarted { .. }));
    assert_eq!(first, &Event::StepFinished { step: report.steps[0].clone() });
    assert_eq!(second, &Event::StepFinished { step: report.steps[1].clone() });
    assert_eq!(finished, &Event::ScenarioFinished { scenario: report });
}

#[tokio::test]
async fn a_check_says_what_it_rests_on_and_who_answered() {
    let report = play(Scheduler::Rr, vec![no_failures()], &["rs2 refused rs2"]).await;
    let step = &report.steps[0];
    assert_eq!(step.title, "4 requests from client to web");
    assert_eq!((step.checks[0].name.as_str(), step.checks[0].samples), ("failures", 3));
    assert_eq!(step.checks[0].position, "test.yaml:expect");
    let answers = step.answers.as_ref().unwrap();
    assert_eq!(answers.by_backend, [("rs1".to_owned(), 0), ("rs2".to_owned(), 2)]);
    assert_eq!(answers.failures, [("connection refused".to_owned(), 1)]);
}

#[tokio::test]
async fn a_failed_check_does_not_end_a_scenario_and_an_error_does() {
    let steps = vec![no_failures(), no_failures(), no_failures()];
    let report = play(Scheduler::Rr, steps, &["refused", "broken", "rs1"]).await;
    assert_eq!(verdicts(&report), [Failed]);
    assert_eq!(
        report.error.as_deref(),
        Some("test.yaml:step: 4 requests from client to web: client sockets cannot be opened")
    );
}

#[tokio::test]
async fn a_step_with_a_time_limit_is_repeated_until_it_holds() {
    let within = Some(Retry { limit: Duration::from_secs(60) });
    let patient = Step { within, ..no_failures() };
    let report = play(Scheduler::Rr, vec![patient], &["refused", "refused rs1", "rs1 rs2"]).await;
    let step = &report.steps[0];
    assert_eq!(verdicts(&report), [Passed]);
    let earlier: Vec<_> = step.earlier.iter().map(|c| c[0].outcome.verdict).collect();
    assert_eq!(earlier, [Failed, Failed]);
    assert!(step.earlier[0][0].waited_micros < step.checks[0].waited_micros);
}

#[tokio::test]
async fn the_last_attempt_counts_when_the_limit_passes() {
    let within = Some(Retry { limit: Duration::from_millis(250) });
    let patient = Step { within, ..no_failures() };
    let report = play(Scheduler::Rr, vec![patient], &["refused"; 9]).await;
    assert_eq!(verdicts(&report), [Failed]);
    assert_eq!(report.error, None);
}

#[tokio::test]
async fn a_sequence_goes_on_over_steps_and_attempts() {
    let steps = vec![predicted(request()), no_failures(), predicted(request())];
    let report = play(Scheduler::Rr, steps, &["rs2 rs1 rs2", "rs1", "rs2 rs1"]).await;
    assert_eq!(verdicts(&report), [Passed, Passed, Passed]);
}

#[tokio::test]
async fn a_kept_connection_is_scheduled_once_and_held_to_the_end_of_the_step() {
    let kept = || Request { connection: Connection::KeepAlive, ..request() };
    let steps = vec![predicted(kept()), predicted(kept())];
    let report = play(Scheduler::Rr, steps, &["rs2 rs2 rs2", "rs1 rs1"]).await;
    assert_eq!(verdicts(&report), [Passed, Passed]);
}

#[tokio::test]
async fn kept_connections_at_once_are_predicted_even_by_load() {
    let kept = Request { connection: Connection::KeepAlive, concurrency: 2, ..request() };
    let report = play(Scheduler::Sed, vec![predicted(kept)], &["rs1 rs2 rs1 rs2"]).await;
    assert_eq!(verdicts(&report), [Passed]);
    assert_eq!(outcomes(&report)[0].observed, "rs1 1, rs2 1");
}

#[tokio::test]
async fn overlapping_connections_are_compared_by_counts() {
    let parallel = Request { concurrency: 4, ..request() };
    let report = play(Scheduler::Rr, vec![predicted(parallel)], &["rs1 rs1 rs2 rs2"]).await;
    assert_eq!(verdicts(&report), [Passed]);
}

#[tokio::test]
async fn overlapping_connections_are_an_error_where_the_load_matters() {
    let parallel = Request { concurrency: 4, ..request() };
    let steps = vec![predicted(parallel), predicted(request())];
    let report = play(Scheduler::Wlc, steps, &["rs1 rs1 rs2 rs2", "rs2 rs1"]).await;
    assert_eq!(verdicts(&report), [Errored, Errored]);
    assert!(outcomes(&report)[0].observed.contains("`concurrency: 1` can be predicted"));
}

#[tokio::test]
async fn a_missing_answer_fails_and_leaves_later_sequences_unknown() {
    let steps = vec![predicted(request()), predicted(request())];
    let report = play(Scheduler::Rr, steps, &["rs2 timeout rs1", "rs2 rs1"]).await;
    assert_eq!(verdicts(&report), [Failed, Errored]);
    assert_eq!(
        outcomes(&report)[0].observed,
        "request 2: expected rs1, no answer: answer timed out (rs2 none)"
    );
    assert_eq!(
        outcomes(&report)[1].observed,
        "cannot be measured because request 2 of an earlier step or attempt ended otherwise \
         (expected rs1, no answer: answer timed out), and what the director made of it is not \
         known"
    );
}

#[tokio::test]
async fn a_refusal_that_is_predicted_keeps_the_sequence() {
    let mut lab = lab_with(Scheduler::Rr, vec![predicted(request()), predicted(request())]);
    lab.services[0].destinations.iter_mut().for_each(|d| d.thresholds.upper = 1);
    let (report, _) = played(&lab, History::Fresh, &["rs2 rs1 refused", "refused"]).await;
    assert_eq!(verdicts(&report), [Passed, Passed]);
}

#[tokio::test]
async fn refusals_among_connections_at_once_are_counted() {
    let kept = Request { connection: Connection::KeepAlive, concurrency: 3, ..request() };
    let mut lab = lab_with(Scheduler::Rr, vec![predicted(kept), predicted(request())]);
    lab.services[0].destinations.iter_mut().for_each(|d| d.thresholds.upper = 1);
    let (report, _) = played(&lab, History::Fresh, &["refused rs1 rs2", "refused"]).await;
    assert_eq!(verdicts(&report), [Passed, Passed]);
}

#[tokio::test]
async fn a_difference_after_a_command_says_that_the_command_may_be_why() {
    let shell = "ipvsadm -e".to_owned();
    let command = RunCommand { node: "client".parse().unwrap(), shell };
    let run = step(StepAction::Run(command), Expected::Output("ipvsadm".to_owned()));
    let report = play(Scheduler::Rr, vec![run, predicted(request())], &["rs1 rs2"]).await;
    assert_eq!(verdicts(&report), [Passed, Failed]);
    assert!(outcomes(&report)[1].observed.contains("a command of the scenarios may"));
}

#[tokio::test]
async fn a_lab_that_was_running_has_no_known_sequence() {
    let lab = lab_with(Scheduler::Rr, vec![predicted(request())]);
    let (report, _) = played(&lab, History::Unknown, &["rs2"]).await;
    assert_eq!(verdicts(&report), [Errored]);
}

#[tokio::test]
async fn several_directors_have_no_common_sequence() {
    let mut lab = lab_with(Scheduler::Rr, vec![predicted(request())]);
    lab.services[0].directors.push("second".parse().unwrap());
    let (report, _) = played(&lab, History::Fresh, &["rs2"]).await;
    assert_eq!(
        outcomes(&report)[0].observed,
        "cannot be measured because `web` has 2 directors, each with a sequence of its own"
    );
}

#[tokio::test]
async fn an_address_without_a_service_has_no_sequence() {
    let direct = Request { target: Target::Address([10, 0, 0, 11].into(), 80), ..request() };
    let report = play(Scheduler::Rr, vec![predicted(direct)], &["rs1"]).await;
    assert_eq!(verdicts(&report), [Errored]);
}

#[tokio::test]
async fn an_address_that_is_a_service_counts_for_it() {
    let direct = Request { target: Target::Address([10, 0, 0, 100].into(), 80), ..request() };
    let steps = vec![predicted(direct), predicted(request())];
    let report = play(Scheduler::Rr, steps, &["rs2", "rs1"]).await;
    assert_eq!(verdicts(&report), [Passed, Passed]);
}
