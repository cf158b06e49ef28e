use super::background::Background;
use super::forecast::{Forecast, History};
use super::settle::settle;
use super::stage::Stage;
use super::step::Player;
use super::timeline::timeline;
use crate::lab::{Healing, Lab, Scenario};
use crate::report::{Event, ScenarioReport, Verdict};
use std::time::{Duration, Instant};

/// Runs every scenario of a lab, in the order of the file, and tells of each step as it ends.
///
/// A failed check does not end a scenario; a step that could not be done does.
pub async fn run<S: Stage>(
    lab: &Lab,
    history: History,
    stage: &mut S,
    events: &mut dyn FnMut(Event),
) -> Vec<ScenarioReport> {
    let mut player = Player {
        lab,
        stage,
        forecast: Forecast::new(lab, history),
        begun: Instant::now(),
        background: Background::default(),
    };
    let changes_by_itself = lab.high_availability.is_some()
        || lab.services.iter().any(|service| service.health_check.is_some());
    let first = if changes_by_itself { settle(lab, player.stage, None).await } else { None };
    let mut reports = Vec::new();
    for scenario in &lab.scenarios {
        let (name, summary) = (scenario.name.clone(), scenario.summary.clone());
        events(Event::ScenarioStarted { scenario: name, summary });
        if let Some(first) = &first {
            settle(lab, player.stage, Some(first)).await;
        }
        let report = play(scenario, &mut player, events).await;
        events(Event::ScenarioFinished { scenario: report.clone() });
        reports.push(report);
    }
    reports
}

async fn play<S: Stage>(
    scenario: &Scenario,
    player: &mut Player<'_, S>,
    events: &mut dyn FnMut(Event),
) -> ScenarioReport {
    let (begun, from) = (Instant::now(), player.stage.now());
    player.background = Background::default();
    player.stage.record(scenario);
    let (name, summary) = (scenario.name.to_string(), scenario.summary.clone());
    let mut report = ScenarioReport { name, summary, ..ScenarioReport::default() };
    for step in &scenario.steps {
        match player.play(step).await {
            Ok(done) => {
                events(Event::StepFinished { step: done.clone() });
                report.steps.push(done);
            }
            Err(reason) => {
                report.error = Some(reason);
                break;
            }
        }
    }
    end(&mut report, player, from).await;
    report.micros = begun.elapsed().as_micros() as u64;
    report
}

/// What a scenario leaves is cleared up, after it was written down for who asks why it failed.
async fn end<S: Stage>(report: &mut ScenarioReport, player: &mut Player<'_, S>, from: Duration) {
    if report.verdict() != Verdict::Passed {
        report.evidence = player.stage.evidence().await;
    }
    player.background.stop_load(player.stage).await;
    player.release().await;
    report.timeline = timeline(&player.background, player.stage, from);
    if player.background.is_broken() {
        let healed = player.heal(&Healing::All).await;
        report.error = report.error.take().or(healed.err());
    }
    player.stage.rest();
}
