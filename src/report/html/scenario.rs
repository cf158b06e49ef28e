use super::figure::figure;
use super::page::fault;
use super::verdict::{badge, time};
use crate::report::markup::escaped;
use crate::report::{Answers, Check, Evidence, ScenarioReport, StepReport, Verdict};

/// A scenario: its steps, its timeline, and the evidence if it did not pass.
pub fn scenario(scenario: &ScenarioReport, id: &str) -> String {
    let name = escaped(&scenario.name);
    let (badge, took) = (badge(scenario.verdict()), time(scenario.micros));
    let said = scenario.summary.as_ref();
    let said = said.map(|words| format!("<p class=\"said\">{}</p>\n", escaped(words)));
    let said = said.unwrap_or_default();
    let steps: String = scenario.steps.iter().map(step).collect();
    let fault = scenario.fault().map(fault).unwrap_or_default();
    let timeline = scenario.timeline.as_ref().filter(|timeline| !timeline.is_empty());
    let figure = timeline.map(|timeline| figure(timeline, id, &scenario.name)).unwrap_or_default();
    let failed = scenario.verdict() != Verdict::Passed;
    let evidence = scenario.evidence.iter().filter(|_| failed).map(evidence);
    format!(
        "<section class=\"scenario\" id=\"{id}\">\n<h3>{name} {badge} <span class=\"took\">{took}\
         </span></h3>\n{said}<ol class=\"steps\">\n{steps}</ol>\n{fault}{figure}{}</section>\n",
        evidence.collect::<String>(),
    )
}

fn step(step: &StepReport) -> String {
    let answers = step.answers.as_ref().map(answers).unwrap_or_default();
    let earlier = step.earlier.iter().zip(1..).map(|(checks, number)| {
        let summary = format!("Attempt {number} of {}", step.earlier.len() + 1);
        format!("<details><summary>{summary}</summary>\n{}</details>\n", table(checks))
    });
    format!(
        "<li><p class=\"step\">{} <span class=\"took\">{}</span></p>\n{answers}{}{}</li>\n",
        escaped(&step.title),
        time(step.micros),
        table(&step.checks),
        earlier.collect::<String>(),
    )
}

fn answers(answers: &Answers) -> String {
    let counts = answers.by_backend.iter().chain(&answers.failures);
    let words: Vec<_> =
        counts.map(|(who, count)| format!("{} <b>{count}</b>", escaped(who))).collect();
    let words = if words.is_empty() { "nobody answered".to_owned() } else { words.join(", ") };
    format!("<p class=\"answers\">{words}</p>\n")
}

fn table(checks: &[Check]) -> String {
    if checks.is_empty() {
        return String::new();
    }
    let rows: String = checks.iter().map(row).collect();
    format!(
        "<div class=\"wide\"><table class=\"checks\">\n<thead><tr><th>Check</th><th>Verdict</th>\
         <th>Expected</th><th>Observed</th><th class=\"figure\">Samples</th>\
         <th class=\"figure\">Waited</th><th>At</th></tr></thead>\n<tbody>\n{rows}</tbody>\n\
         </table></div>\n"
    )
}

fn row(check: &Check) -> String {
    format!(
        "<tr><th scope=\"row\">{}</th><td data-label=\"Verdict\">{}</td>\
         <td data-label=\"Expected\">{}</td><td data-label=\"Observed\">{}</td>\
         <td class=\"figure\" data-label=\"Samples\">{}</td>\
         <td class=\"figure\" data-label=\"Waited\">{}</td>\
         <td class=\"at\" data-label=\"At\">{}</td></tr>\n",
        escaped(&check.name),
        badge(check.outcome.verdict),
        escaped(&check.outcome.expected),
        escaped(&check.outcome.observed),
        check.samples,
        time(check.waited_micros),
        escaped(&check.position),
    )
}

fn evidence(evidence: &Evidence) -> String {
    let lines: Vec<_> = evidence.lines().map(|line| escaped(&line)).collect();
    format!(
        "<details class=\"evidence\"><summary>{}</summary>\n<pre>{}</pre></details>\n",
        escaped(&evidence.title),
        lines.join("\n"),
    )
}
