use super::lines::Lines;
use super::timeline::draw;
use super::{
    Answers, Check, Counts, Event, Evidence, LabReport, Outcome, Report, ScenarioReport,
    StepReport, Verdict,
};
use crate::lab::LabName;
use crate::text::{Ink, Style, elapsed};
use std::time::Duration;

/// How many lines of one piece of evidence are told, the last ones; files of a report have them
/// all.
const MOST_EVIDENCE: usize = 15;

/// Tells a test run to a person, event by event. Labs that run at the same time need one each.
pub struct Text {
    style: Style,
    /// The lab and its kernel, until the lab is up.
    heading: Option<String>,
    /// How long the lab's guest took to boot, in microseconds, until the lab is up.
    booted: Option<u64>,
    /// Why the lab could not be built, once that was told.
    failure: Option<String>,
}

impl Text {
    /// Nothing told yet.
    pub fn new(style: Style) -> Self {
        Self { style, heading: None, booted: None, failure: None }
    }

    /// What to print now: whole lines, or nothing for an event that is only progress.
    pub fn event(&mut self, event: &Event) -> String {
        let mut lines = Lines::new(self.style);
        match event {
            Event::Building { .. } | Event::Applied { .. } => {}
            Event::Note { text } => lines.add(0, Ink::Faint, text),
            Event::LabStarted { topology, kernel } => {
                self.heading = Some(format!("{topology} on {kernel}"));
            }
            Event::Booted { micros } => self.booted = Some(*micros),
            Event::Up { lab, micros } => {
                let booted =
                    self.booted.take().map(|micros| format!(", booted in {}", time(micros)));
                let heading = self.heading.take().unwrap_or_else(|| lab.to_string());
                let booted = booted.unwrap_or_default();
                lines.add(0, Ink::Bold, &format!("{heading}{booted}, up in {}", time(*micros)));
            }
            Event::Unchanged { lab, left_alone } => {
                match self.heading.take() {
                    Some(heading) => lines.add(0, Ink::Bold, &format!("{heading}, up already")),
                    None => lines.add(0, Ink::Plain, &format!("{lab} is up")),
                }
                fields(&mut lines, "left", left_alone);
            }
            Event::Kept { lab } => kept(&mut lines, lab),
            Event::Repaired { what, left_alone } => {
                fields(&mut lines, "repaired", what);
                fields(&mut lines, "left", left_alone);
            }
            Event::Changed { what, left_alone } => {
                fields(&mut lines, "changed", what);
                fields(&mut lines, "left", left_alone);
            }
            Event::NeedsDown { reasons } => {
                reasons.iter().for_each(|r| lines.field(0, "needs down", r));
            }
            Event::Failed { message, undone, left } => {
                self.failure = Some(message.clone());
                lines.mark(0, Verdict::Errored, message);
                lines.field(2, "undone", undone);
                left.iter().for_each(|what| lines.field(2, "left", what));
            }
            Event::ScenarioStarted { scenario, summary } => {
                let summary = summary.iter().map(|summary| format!(": {summary}"));
                let title = format!("{scenario}{}", summary.collect::<String>());
                lines.add(2, Ink::Bold, &title);
            }
            Event::StepFinished { step: report } => step(&mut lines, report),
            Event::ScenarioFinished { scenario } => scenario_end(&mut lines, scenario, self.style),
            Event::LabFinished { report } => lab_end(&mut lines, report, self.failure.take()),
        }
        lines.into_text()
    }

    /// The last line of a run, always plain: `3 passed, 0 failed, 0 errored`.
    pub fn summary(report: &Report) -> String {
        format!("{}\n", report.counts())
    }
}

fn step(lines: &mut Lines, step: &StepReport) {
    lines.add(4, Ink::Plain, &step.title);
    if let Some(answers) = &step.answers {
        lines.add(6, Ink::Plain, &who_answered(answers));
    }
    let attempts = step.earlier.len() + 1;
    step.checks.iter().for_each(|one| check(lines, one, attempts));
}

/// `rs1 50  rs2 49  connection refused 1`.
fn who_answered(answers: &Answers) -> String {
    let counts = answers.by_backend.iter().chain(&answers.failures);
    let words: Vec<_> = counts.map(|(who, count)| format!("{who} {count}")).collect();
    if words.is_empty() { "nobody answered".to_owned() } else { words.join("  ") }
}

fn fields(lines: &mut Lines, label: &str, entries: &[String]) {
    entries.iter().for_each(|entry| lines.field(0, label, entry));
}

/// What a person can do with a lab that stays up.
fn kept(lines: &mut Lines, lab: &LabName) {
    lines.add(2, Ink::Bold, &format!("{lab} stays up"));
    lines.field(4, "look", &format!("lvs-lab status {lab}; lvs-lab shell {lab}"));
    lines.field(4, "again", &format!("lvs-lab test --live {lab}"));
    lines.field(4, "remove", &format!("lvs-lab down {lab}"));
}

fn check(lines: &mut Lines, check: &Check, attempts: usize) {
    let outcome = &check.outcome;
    let tries = if attempts > 1 { format!(" ({attempts} attempts)") } else { String::new() };
    if outcome.verdict == Verdict::Passed {
        let text = format!("{}: {}{tries}", check.name, found(outcome));
        return lines.mark(6, Verdict::Passed, &text);
    }
    lines.mark(6, outcome.verdict, &check.name);
    lines.field(8, "expected", &outcome.expected);
    lines.field(8, "observed", &outcome.observed);
    lines.field(8, "samples", &check.samples.to_string());
    lines.field(8, "waited", &format!("{}{tries}", time(check.waited_micros)));
    lines.field(8, "at", &check.position);
}

/// What was measured and, where that is not the same word for word, what was expected.
fn found(Outcome { expected, observed, .. }: &Outcome) -> String {
    if observed == expected { observed.clone() } else { format!("{observed} ({expected})") }
}

fn scenario_end(lines: &mut Lines, scenario: &ScenarioReport, style: Style) {
    if let Some(timeline) = scenario.timeline.as_ref().filter(|timeline| !timeline.is_empty()) {
        draw(lines, timeline, style);
    }
    if let Some(fault) = scenario.fault() {
        lines.mark(4, Verdict::Errored, fault);
    }
    if scenario.verdict() != Verdict::Passed {
        scenario.evidence.iter().for_each(|one| evidence(lines, one));
    }
}

fn evidence(lines: &mut Lines, evidence: &Evidence) {
    lines.add(4, Ink::Bold, &evidence.title);
    let all: Vec<_> = evidence.lines().collect();
    let earlier = all.len().saturating_sub(MOST_EVIDENCE);
    if earlier > 0 {
        let noun = if earlier == 1 { "line" } else { "lines" };
        lines.add(6, Ink::Faint, &format!("… {earlier} earlier {noun}"));
    }
    all.iter().skip(earlier).for_each(|line| lines.quoted(6, line));
}

fn lab_end(lines: &mut Lines, lab: &LabReport, told: Option<String>) {
    if let Some(fault) = lab.fault().filter(|fault| told.as_deref() != Some(fault)) {
        lines.mark(2, Verdict::Errored, fault);
    }
    let Counts { passed, failed, errored } = lab.counts();
    let mut counts = vec![format!("{passed} passed")];
    counts.extend((failed > 0).then(|| format!("{failed} failed")));
    counts.extend((errored > 0).then(|| format!("{errored} errored")));
    let text = format!("{}: {} in {}", lab.topology, counts.join(", "), time(lab.micros));
    lines.mark(0, lab.verdict(), &text);
    lines.blank();
}

fn time(micros: u64) -> String {
    elapsed(Duration::from_micros(micros))
}
