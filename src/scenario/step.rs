use super::background::Background;
use super::evaluate::{Context, answers, evaluate, is_of_scene, name, samples};
use super::follow::Sent;
use super::forecast::{Forecast, service_at};
use super::measured::Measured;
use super::prediction::Prediction;
use super::scene::Scene;
use super::stage::Stage;
use super::words::title;
use crate::lab::{Endpoint, Expectation, Healing, Lab, Request, Retry, Step, StepAction, Target};
use crate::report::{Answers, Check, StepReport, Verdict};
use crate::traffic::{Sample, destination};
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
    /// What goes on beside the steps of the scenario that is played.
    pub background: Background,
}

/// One attempt at a step: what was measured and what the scheduler should have done.
struct Attempt {
    measured: Measured,
    prediction: Result<Prediction, String>,
    answers: Option<Answers>,
}

impl<S: Stage> Player<'_, S> {
    /// Plays a step and judges it; where the file says `within`, again and again until every
    /// expectation holds. Requests and commands are then done again, everything else is done once
    /// and only looked at again.
    ///
    /// # Errors
    /// Why the step could not be done.
    pub async fn play(&mut self, step: &Step) -> Result<StepReport, String> {
        let begun = Instant::now();
        let (mut earlier, mut attempt) = (Vec::new(), self.attempt(step).await?);
        loop {
            let checks = self.judge(step, &attempt, begun).await;
            let holds = checks.iter().all(|check| check.outcome.verdict == Verdict::Passed);
            let is_time = |retry: Retry| begun.elapsed() + PAUSE <= retry.limit;
            if holds || !step.within.is_some_and(is_time) {
                let (title, answers) = (title(&step.action), attempt.answers);
                let micros = micros(begun.elapsed());
                return Ok(StepReport { title, answers, checks, earlier, micros });
            }
            earlier.push(checks);
            tokio::time::sleep(PAUSE).await;
            if matches!(step.action, StepAction::Request(_) | StepAction::Run(_)) {
                attempt = self.attempt(step).await?;
            }
        }
    }

    async fn attempt(&mut self, step: &Step) -> Result<Attempt, String> {
        self.act(&step.action).await.map_err(|reason| {
            format!("{}: {}: {reason}", self.stage.position(&step.at), title(&step.action))
        })
    }

    async fn act(&mut self, action: &StepAction) -> Result<Attempt, String> {
        match action {
            StepAction::Request(request) => return self.requests(request).await,
            StepAction::Run(command) => {
                self.forecast.command_ran();
                return Ok(Attempt::of(Measured::Command(self.stage.run(command).await?)));
            }
            StepAction::Wait(time) => tokio::time::sleep(*time).await,
            StepAction::Load(load) => {
                let target = self.destination(&load.target)?;
                self.forecast.loaded(target);
                self.background.begin_load(self.stage, load, target)?;
            }
            StepAction::StopLoad => return self.stop_load().await,
            StepAction::Release => self.release().await,
            StepAction::Fault(fault) => {
                let disturbed = self.background.disturb(self.stage, fault).await;
                match &disturbed {
                    Ok(()) => self.forecast.disturbed(fault),
                    Err(_) => self.forecast.half_disturbed(fault),
                }
                disturbed?;
            }
            StepAction::Heal(healing) => self.heal(healing).await?,
        }
        Ok(Attempt::of(Measured::Nothing))
    }

    async fn stop_load(&mut self) -> Result<Attempt, String> {
        self.background.stop_load(self.stage).await;
        let load = self.background.load_seen(self.stage)?;
        let answers = Some(self.answers(load.target, &load.samples));
        Ok(Attempt { answers, ..Attempt::of(Measured::Nothing) })
    }

    /// Closes the connections that requests hold.
    pub async fn release(&mut self) {
        self.stage.release().await;
        self.forecast.released(self.begun.elapsed());
    }

    /// Mends what was broken.
    ///
    /// # Errors
    /// If it cannot be mended.
    pub async fn heal(&mut self, healing: &Healing) -> Result<(), String> {
        self.background.heal(self.stage, healing).await?;
        self.forecast.healed(healing);
        Ok(())
    }

    fn destination(&self, target: &Target) -> Result<Endpoint, String> {
        Ok(destination(self.lab, target).ok_or("the lab has no such virtual service")?)
    }

    async fn requests(&mut self, request: &Request) -> Result<Attempt, String> {
        let target = self.destination(&request.target)?;
        let begun = self.begun.elapsed();
        let samples = match self.stage.request(request, target).await {
            Ok(samples) => samples,
            Err(reason) => {
                self.forecast.lose(target);
                return Err(reason);
            }
        };
        let prediction = self.forecast.follow(Sent { request, target, begun, samples: &samples });
        let answers = Some(self.answers(target, &samples));
        Ok(Attempt { measured: Measured::Requests(samples), prediction, answers })
    }

    /// Who answered how often, each real server of the target named.
    fn answers(&self, target: Endpoint, samples: &[Sample]) -> Answers {
        let servers = service_at(self.lab, target).into_iter().flat_map(|s| &s.destinations);
        let names: IndexSet<_> = servers.map(|d| d.real_server.to_string()).collect();
        answers(&Vec::from_iter(names), samples)
    }

    async fn judge(&mut self, step: &Step, attempt: &Attempt, begun: Instant) -> Vec<Check> {
        let scene = &self.scene(step).await;
        let waited_micros = micros(begun.elapsed());
        let context = Context { lab: self.lab, prediction: &attempt.prediction, scene };
        let check = |Expectation { expected, at }: &Expectation| Check {
            name: name(expected).to_owned(),
            outcome: evaluate(expected, &attempt.measured, context),
            samples: samples(expected, &attempt.measured, scene),
            waited_micros,
            position: self.stage.position(at),
        };
        step.expectations.iter().map(check).collect()
    }

    /// What was seen of the scenario so far; nobody looks where nothing is expected of it.
    async fn scene(&mut self, step: &Step) -> Scene {
        let mut expected = step.expectations.iter().map(|expectation| &expectation.expected);
        if expected.any(is_of_scene) {
            self.background.scene(self.stage).await
        } else {
            Scene::unseen()
        }
    }
}

impl Attempt {
    /// One that sent no request.
    fn of(measured: Measured) -> Self {
        let prediction = Err("no request was sent".to_owned());
        Self { measured, prediction, answers: None }
    }
}

fn micros(time: Duration) -> u64 {
    time.as_micros() as u64
}
