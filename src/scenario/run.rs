use super::forecast::{Forecast, History};
use super::stage::Stage;
use super::step::Player;
use crate::lab::{Lab, Scenario};
use crate::report::{Event, ScenarioReport};
use std::time::Instant;

/// Runs every scenario of a lab, in the order of the file, and tells of each step as it ends.
///
/// A failed check does not end a scenario; a step that could not be done does.
pub async fn run<S: Stage>(
    lab: &Lab,
    history: History,
    stage: &mut S,
    events: &mut dyn FnMut(Event),
) -> Vec<ScenarioReport> {
    let mut player =
        Player { lab, stage, forecast: Forecast::new(lab, history), begun: Instant::now() };
    let mut reports = Vec::new();
    for scenario in &lab.scenarios {
        let (name, summary) = (scenario.name.clone(), scenario.summary.clone());
        events(Event::ScenarioStarted { scenario: name, summary });
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
    let begun = Instant::now();
    let (mut steps, mut error) = (Vec::new(), None);
    for step in &scenario.steps {
        match player.play(step).await {
            Ok(report) => {
                events(Event::StepFinished { step: report.clone() });
                steps.push(report);
            }
            Err(reason) => {
                error = Some(reason);
                break;
            }
        }
    }
    let micros = begun.elapsed().as_micros() as u64;
    let name = scenario.name.to_string();
    ScenarioReport { name, steps, error, micros, ..ScenarioReport::default() }
}
