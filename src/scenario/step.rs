use super::evaluate::{Context, answers, evaluate, name, samples};
use super::follow::Sent;
use super::forecast::{Forecast, service_at};
use super::measured::Measured;
use super::prediction::Prediction;
use super::stage::Stage;
use super::words::title;
use crate::lab::{Expectation, Lab, Request, Retry, Step, StepAction};
use crate::report::{Answers, Check, StepReport, Verdict};
use crate::traffic::destination;
use indexmap::IndexSet;
use std::time::{Duration, Instant};

/// The pause between two attempts at a step.
const PAUSE: Duration = Duration::from_millis(100);

/// Plays the steps of a lab's scenarios, one after the other.
pub(super) struct Player<'a, S> {
    pub lab: &'a Lab,
    pub stage: &'a mut S,
    pub forecast: Forecast<'a>,
    pub begun: Instant,
}

/// One attempt at a step: what was measured and what the scheduler should have done.
struct Attempt {
    measured: Measured,
    prediction: Result<Prediction, String>,
    answers: Option<Answers>,
}

impl<S: Stage> Player<'_, S> {
    /// Plays a step, again and again where the file says `within`, until every expectation holds.
    ///
    /// # Errors
    /// Why the step could not be done.
    pub async fn play(&mut self, step: &Step) -> Result<StepReport, String> {
        let begun = Instant::now();
        let mut earlier = Vec::new();
        loop {
            let attempt = self.attempt(&step.action).await.map_err(|reason| {
                format!("{}: {}: {reason}", self.stage.position(&step.at), title(&step.action))
            })?;
            let checks = self.judge(step, &attempt, begun.elapsed());
            let holds = checks.iter().all(|check| check.outcome.verdict == Verdict::Passed);
            let is_time = |retry: Retry| begun.elapsed() + PAUSE <= retry.limit;
            if holds || !step.within.is_some_and(is_time) {
                let (title, answers) = (title(&step.action), attempt.answers);
                let micros = micros(begun.elapsed());
                return Ok(StepReport { title, answers, checks, earlier, micros });
            }
            earlier.push(checks);
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn attempt(&mut self, action: &StepAction) -> Result<Attempt, String> {
        let measured = match action {
            StepAction::Request(request) => return self.requests(request).await,
            StepAction::Run(command) => {
                self.forecast.command_ran();
                Measured::Command(self.stage.run(command).await?)
            }
            StepAction::Wait(time) => {
                tokio::time::sleep(*time).await;
                Measured::Nothing
            }
            StepAction::Load(_)
            | StepAction::StopLoad
            | StepAction::Fault(_)
            | StepAction::Heal(_) => return Err("not built yet".to_owned()),
        };
        let prediction = Err("no request was sent".to_owned());
        Ok(Attempt { measured, prediction, answers: None })
    }

    async fn requests(&mut self, request: &Request) -> Result<Attempt, String> {
        let target =
            destination(self.lab, &request.target).ok_or("the lab has no such virtual service")?;
        let begun = self.begun.elapsed();
        let samples = match self.stage.request(request, target).await {
            Ok(samples) => samples,
            Err(reason) => {
                self.forecast.lose(target);
                return Err(reason);
            }
        };
        let prediction = self.forecast.follow(Sent { request, target, begun, samples: &samples });
        let servers = service_at(self.lab, target).into_iter().flat_map(|s| &s.destinations);
        let names: IndexSet<_> = servers.map(|d| d.real_server.to_string()).collect();
        let answers = Some(answers(&Vec::from_iter(names), &samples));
        Ok(Attempt { measured: Measured::Requests(samples), prediction, answers })
    }

    fn judge(&self, step: &Step, attempt: &Attempt, waited: Duration) -> Vec<Check> {
        let context = Context { lab: self.lab, prediction: &attempt.prediction };
        let check = |expectation: &Expectation| Check {
            name: name(&expectation.expected).to_owned(),
            outcome: evaluate(&expectation.expected, &attempt.measured, context),
            samples: samples(&expectation.expected, &attempt.measured),
            waited_micros: micros(waited),
            position: self.stage.position(&expectation.at),
        };
        step.expectations.iter().map(check).collect()
    }
}

fn micros(time: Duration) -> u64 {
    time.as_micros() as u64
}
