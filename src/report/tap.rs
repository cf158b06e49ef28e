use super::{Check, Report, ScenarioReport, StepReport, Verdict};
use crate::text::{visible, visible_lines};
use serde_json::json;

/// A whole run in the Test Anything Protocol, version 13: a line for each check, and what kept a
/// scenario or a lab from going on; what did not pass says more in a block of YAML. A run that did
/// not come to its end bails out. See
/// <https://testanything.org/tap-version-13-specification.html>.
pub fn tap(report: &Report) -> String {
    let mut points = Points::default();
    for lab in &report.labs {
        lab.scenarios.iter().for_each(|one| scenario(&mut points, &lab.topology, one));
        if let Some(fault) = lab.fault() {
            points.broken(&format!("{}: lab", lab.topology), fault);
        }
    }
    let end = report.fault().map(|fault| format!("Bail out! {}\n", visible(&fault)));
    format!("TAP version 13\n1..{}\n{}{}", points.count, points.text, end.unwrap_or_default())
}

/// Test points, numbered.
#[derive(Default)]
struct Points {
    count: usize,
    text: String,
}

fn scenario(points: &mut Points, topology: &str, scenario: &ScenarioReport) {
    let place = format!("{topology}: {}", scenario.name);
    for (step, number) in scenario.steps.iter().zip(1..) {
        step.checks.iter().for_each(|check| points.check(&place, (number, step), check));
    }
    if let Some(fault) = scenario.fault() {
        points.broken(&place, fault);
    }
}

impl Points {
    fn check(&mut self, place: &str, (number, step): (usize, &StepReport), check: &Check) {
        let name = format!("{place}: step {number}: {}: {}", step.title, check.name);
        let outcome = &check.outcome;
        self.point(outcome.verdict, &name);
        if outcome.verdict != Verdict::Passed {
            self.block(&[
                ("verdict", json!(outcome.verdict)),
                ("expected", json!(visible(&outcome.expected))),
                ("observed", json!(visible(&outcome.observed))),
                ("samples", json!(check.samples)),
                ("waited_micros", json!(check.waited_micros)),
                ("at", json!(visible(&check.position))),
            ]);
        }
    }

    fn broken(&mut self, name: &str, reason: &str) {
        self.point(Verdict::Errored, name);
        let verdict = json!(Verdict::Errored);
        self.block(&[("verdict", verdict), ("message", json!(visible_lines(reason)))]);
    }

    fn point(&mut self, verdict: Verdict, name: &str) {
        self.count += 1;
        let word = if verdict == Verdict::Passed { "ok" } else { "not ok" };
        // Behind a `#` there would be a directive.
        let name = visible(name).replace('#', "\\#");
        self.text.push_str(&format!("{word} {} - {name}\n", self.count));
    }

    /// What JSON writes, YAML reads.
    fn block(&mut self, fields: &[(&str, serde_json::Value)]) {
        let lines: String =
            fields.iter().map(|(key, value)| format!("  {key}: {value}\n")).collect();
        self.text.push_str(&format!("  ---\n{lines}  ...\n"));
    }
}
