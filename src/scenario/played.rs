//! Whole runs on a stage that plays back what it was given.

use super::support::{director, farm, fault, lab, load, samples, secs, service, timed};
use super::{CommandOutput, DirectorLook, History, Look, Seen, Sight, Stage, run};
use crate::lab::{
    Connection, CountRange, Distribution, DurationRange, Endpoint, Expectation, Expected, Fault,
    FaultKind, Healing, Lab, Load, Place, Request, Retry, RunCommand, Scenario, Scheduler,
    SourcePorts, Step, StepAction, Target, VipExpected,
};
use crate::report::{Event, Evidence, IncidentKind, Outcome, ScenarioReport, Verdict};
use crate::traffic::Sample;
use Verdict::{Errored, Failed, Passed};
use std::collections::VecDeque;
use std::time::Duration;

/// Answers each request step with the next entry, "broken" with an error; each step has source
/// ports of its own. Its clock goes on by a second whenever it looks at the directors, and what
/// happens in it happens at its second.
#[derive(Default)]
struct Playback {
    replies: VecDeque<&'static str>,
    calls: u16,
    now: u64,
    /// The load's samples, as `timed` has them.
    load: &'static str,
    sights: Vec<Sight>,
    /// What was asked for, in order.
    done: Vec<String>,
    /// Whether nothing can be mended.
    incurable: bool,
}

impl Stage for Playback {
    async fn request(&mut self, request: &Request, _: Endpoint) -> Result<Vec<Sample>, String> {
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

    async fn release(&mut self) {
        self.done.push("release".to_owned());
    }

    async fn run(&mut self, command: &RunCommand) -> Result<CommandOutput, String> {
        let stdout = command.shell.clone();
        Ok(CommandOutput { exit: 0, stdout, stderr: String::new() })
    }

    fn position(&self, at: &Place) -> String {
        format!("test.yaml:{at}")
    }

    fn now(&self) -> Duration {
        secs(self.now)
    }

    fn begin_load(&mut self, _: &Load, _: Endpoint) -> Result<Duration, String> {
        self.done.push("load".to_owned());
        Ok(self.now())
    }

    fn load_samples(&self) -> Result<Vec<Sample>, String> {
        let ended = |sample: &Sample| sample.ended() <= self.now();
        Ok(timed(self.load).into_iter().filter(ended).collect())
    }

    async fn stop_load(&mut self) {
        self.done.push("stop".to_owned());
    }

    async fn disturb(&mut self, fault: &Fault) -> Result<(), String> {
        self.done.push(fault.to_string());
        Ok(())
    }

    async fn heal(&mut self, healing: &Healing) -> Result<(), String> {
        self.done.push(format!("heal {healing:?}"));
        if self.incurable { Err("the cable is lost".to_owned()) } else { Ok(()) }
    }

    fn record(&mut self, _: &Scenario) {}

    fn watch(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn sights(&mut self) -> Vec<Sight> {
        let seen = |sight: &&Sight| sight.at <= self.now();
        self.sights.iter().filter(seen).cloned().collect()
    }

    fn rest(&mut self) {}

    async fn look(&mut self) -> Result<Look, String> {
        self.now += 1;
        let mut directors = ["node01", "node04"].map(director);
        for Sight { at, director, seen } in &self.sights {
            let director = directors.iter_mut().find(|known| known.name == *director).unwrap();
            match seen {
                Seen::Holds(vip) if *at <= self.now() => director.vips.push(*vip),
                Seen::Lost(_) if *at <= self.now() => director.vips.clear(),
                _ => {}
            }
        }
        let directors: Vec<DirectorLook> = directors.into();
        Ok(Look { directors })
    }

    async fn evidence(&mut self) -> Vec<Evidence> {
        vec![Evidence { title: "journal".to_owned(), text: "1 2 3".to_owned() }]
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
    let mut stage = Playback { replies: replies.iter().copied().collect(), ..Playback::default() };
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

fn held() -> Request {
    Request { connection: Connection::Held, ..request() }
}

#[tokio::test]
async fn held_connections_count_in_the_next_steps_until_they_are_closed() {
    let steps = vec![predicted(held()), predicted(request()), act(StepAction::Release)];
    let steps = [steps, vec![predicted(request())]].concat();
    let replies = ["rs2 rs1 rs2 rs1", "rs2 rs2 rs2 rs2", "rs2 rs2 rs2 rs2"];
    let report = play(Scheduler::Sed, steps, &replies).await;
    assert_eq!(verdicts(&report), [Passed, Passed, Passed]);
    let steps = vec![predicted(held()), act(StepAction::Release), predicted(request())];
    let report = play(Scheduler::Nq, steps, &["rs2 rs1 rs2 rs1", "rs2 rs2 rs2 rs2"]).await;
    assert_eq!(verdicts(&report), [Passed, Passed]);
}

#[tokio::test]
async fn held_connections_at_once_are_predicted_even_by_load() {
    let step = predicted(Request { concurrency: 4, ..held() });
    let report = play(Scheduler::Sed, vec![step], &["rs2 rs1 rs1 rs2"]).await;
    assert_eq!(verdicts(&report), [Passed]);
}

#[tokio::test]
async fn what_is_held_is_closed_when_the_scenario_ends() {
    let mut stage = Playback { replies: ["rs2 rs1 rs2 rs1"].into(), ..Playback::default() };
    let lab = lab_with(Scheduler::Rr, vec![predicted(held())]);
    run(&lab, History::Fresh, &mut stage, &mut |_| {}).await;
    assert!(stage.done.contains(&"release".to_owned()), "{:?}", stage.done);
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
    let lab = lab_with(Scheduler::Lc, vec![predicted(request())]);
    let (report, _) = played(&lab, History::Unknown, &["rs2"]).await;
    assert_eq!(verdicts(&report), [Errored]);
}

#[tokio::test]
async fn in_a_lab_that_was_running_the_first_answers_tell_whose_turn_it_is() {
    let lab = lab_with(Scheduler::Rr, vec![predicted(request()), predicted(request())]);
    for replies in [["rs2 rs1 rs2", "rs1 rs2"], ["rs1 rs2 rs1", "rs2 rs1"]] {
        let (report, _) = played(&lab, History::Unknown, &replies).await;
        assert_eq!(verdicts(&report), [Passed, Passed]);
    }
    for replies in [["rs1 rs1 rs2", "rs1"], ["rs1 rs2", "rs2 rs1"]] {
        let (report, _) = played(&lab, History::Unknown, &replies).await;
        assert!(verdicts(&report).contains(&Failed), "{replies:?}");
    }
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
    let direct = Request {
        target: Target::Address(Endpoint::tcp(([10, 0, 0, 11], 80).into())),
        ..request()
    };
    let report = play(Scheduler::Rr, vec![predicted(direct)], &["rs1"]).await;
    assert_eq!(verdicts(&report), [Errored]);
}

#[tokio::test]
async fn an_address_that_is_a_service_counts_for_it() {
    let direct = Request {
        target: Target::Address(Endpoint::tcp(([10, 0, 0, 100], 80).into())),
        ..request()
    };
    let steps = vec![predicted(direct), predicted(request())];
    let report = play(Scheduler::Rr, steps, &["rs2", "rs1"]).await;
    assert_eq!(verdicts(&report), [Passed, Passed]);
}

fn vip() -> std::net::IpAddr {
    [10, 0, 0, 100].into()
}

fn act(action: StepAction) -> Step {
    Step { action, expectations: Vec::new(), within: None, at: Place::root().key("step") }
}

fn kill() -> StepAction {
    StepAction::Fault(fault("kill node01"))
}

fn wait() -> StepAction {
    StepAction::Wait(Duration::ZERO)
}

fn moved() -> Vec<Expectation> {
    let takeover = Expected::Takeover(DurationRange { min: secs(3), max: secs(9) });
    let owner = VipExpected { vip: vip(), owner: "node04".parse().unwrap() };
    let expected = [takeover, Expected::VipOwner(vec![owner])];
    expected.map(|expected| Expectation { expected, at: Place::root().key("expect") }).into()
}

/// node01 holds the VIP up to 2 s, node04 from 4 s on; the load has no answer from 1 s to 5 s.
fn failover() -> Playback {
    let sight = |at, director: &str, seen| Sight {
        at: secs(at),
        director: director.parse().unwrap(),
        seen,
    };
    let sights = vec![
        sight(0, "node01", Seen::Holds(vip())),
        sight(2, "node01", Seen::Lost(vip())),
        sight(4, "node04", Seen::Holds(vip())),
    ];
    Playback { load: "0:rs1 1:timeout 2:timeout 5:rs2 6:rs1", sights, ..Playback::default() }
}

async fn staged(steps: Vec<Step>, stage: &mut Playback) -> ScenarioReport {
    let scenarios = lab_with(Scheduler::Rr, steps).scenarios;
    let lab = Lab { scenarios, ..farm(Scheduler::Rr) };
    run(&lab, History::Fresh, stage, &mut |_| {}).await.remove(0)
}

#[tokio::test]
async fn a_fault_is_done_once_and_judged_until_it_holds() {
    let within = Some(Retry { limit: secs(60) });
    let fault = Step { within, expectations: moved(), ..act(kill()) };
    let mut stage = failover();
    let report = staged(vec![act(StepAction::Load(load())), fault], &mut stage).await;
    assert_eq!(verdicts(&report), [Passed, Passed]);
    assert_eq!(outcomes(&report)[0].observed, "5 s; node04 holds the VIP after 4 s");
    assert!(!report.steps[1].earlier.is_empty());
    assert_eq!(report.steps[1].earlier[0][1].outcome.observed, "node01 holds 10.0.0.100");
    assert_eq!(stage.done, ["load", "kill node01", "stop", "release", "heal All"]);
}

#[tokio::test]
async fn a_timeline_shows_the_requests_and_what_came_between() {
    let lost = step(StepAction::StopLoad, Expected::Lost(CountRange::exactly(2)));
    let within = Some(Retry { limit: secs(60) });
    let waited = Step { within, expectations: moved(), ..act(wait()) };
    let steps = vec![act(StepAction::Load(load())), act(kill()), waited, lost];
    let mut stage = failover();
    let report = staged(steps, &mut stage).await;
    assert_eq!(verdicts(&report), [Passed, Passed, Passed]);
    assert_eq!(report.evidence, []);
    let timeline = report.timeline.unwrap();
    let by: Vec<_> = timeline.requests.iter().map(|mark| mark.by.as_str()).collect();
    assert_eq!(by, ["rs1", "answer timed out", "answer timed out", "rs2", "rs1"]);
    let texts: Vec<_> = timeline.incidents.iter().map(|incident| incident.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "kill node01",
            "node01 holds 10.0.0.100",
            "node01 has lost 10.0.0.100",
            "node04 holds 10.0.0.100"
        ]
    );
    assert_eq!(timeline.incidents[0].kind, IncidentKind::Fault);
    let answers = report.steps[3].answers.as_ref().unwrap();
    assert_eq!(answers.by_backend, [("rs1".to_owned(), 2), ("rs2".to_owned(), 1)]);
}

#[tokio::test]
async fn what_cannot_be_healed_is_the_scenarios_error() {
    let mut stage = Playback { incurable: true, ..failover() };
    let report = staged(vec![act(kill())], &mut stage).await;
    assert_eq!(report.error.as_deref(), Some("the cable is lost"));
}

#[tokio::test]
async fn a_second_load_beside_the_first_is_an_error() {
    let steps = vec![act(StepAction::Load(load())), act(StepAction::Load(load()))];
    let report = staged(steps, &mut failover()).await;
    assert!(report.error.unwrap().contains("a load is running already"));
    assert_eq!(report.evidence.len(), 1);
}

#[tokio::test]
async fn a_sequence_is_unknown_after_a_fault_or_a_load() {
    let steps = vec![act(StepAction::Load(load())), predicted(request())];
    let report = play(Scheduler::Rr, steps, &["rs2 rs1"]).await;
    assert!(outcomes(&report)[0].observed.contains("a load ran in the background"));
    let steps = vec![act(StepAction::Fault(fault("stop rs1"))), predicted(request())];
    let report = play(Scheduler::Rr, steps, &["rs2 rs1"]).await;
    assert_eq!(verdicts(&report), [Errored]);
    assert!(outcomes(&report)[0].observed.contains("`stop rs1` came before"));
}

#[tokio::test]
async fn a_sequence_follows_weights_removals_and_what_mends_them() {
    let fault = |words| act(StepAction::Fault(fault(words)));
    let heal = || act(StepAction::Heal(Healing::All));
    let steps = vec![
        predicted(request()),
        fault("prefer rs1"),
        predicted(request()),
        fault("remove rs2"),
        fault("quiesce rs1"),
        predicted(request()),
        heal(),
        predicted(request()),
    ];
    // Healed is the newest fault first: rs1 has its weight again before rs2 is back, at the head.
    let replies = ["rs2 rs1 rs2 rs1", "rs2 rs1 rs1 rs1", "refused refused", "rs2 rs1 rs2 rs1"];
    let report = play(Scheduler::Wrr, steps, &replies).await;
    assert_eq!(verdicts(&report), [Passed; 4], "{:?}", outcomes(&report));
}

#[tokio::test]
async fn a_fault_of_one_service_leaves_the_others_known() {
    let kind = FaultKind::Remove { service: Some("other".parse().unwrap()) };
    let elsewhere = Fault { node: "rs1".parse().unwrap(), kind };
    let steps = vec![act(StepAction::Fault(elsewhere)), predicted(request())];
    let report = play(Scheduler::Rr, steps, &["rs2 rs1"]).await;
    assert_eq!(verdicts(&report), [Passed]);
}
