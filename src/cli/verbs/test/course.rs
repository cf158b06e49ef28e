use crate::report::{Event, LabReport, ScenarioReport};
use std::time::Instant;

/// What is known of a lab's test while it runs, so that a worker that is cut short leaves what was
/// found until then.
pub struct Course {
    begun: Instant,
    report: LabReport,
    playing: Option<ScenarioReport>,
    finished: bool,
}

impl Course {
    /// Of a topology, by the user's name for it.
    pub fn begin(topology: &str) -> Self {
        let report = LabReport { topology: topology.to_owned(), ..LabReport::default() };
        Self { begun: Instant::now(), report, playing: None, finished: false }
    }

    /// Takes note of an event.
    pub fn hear(&mut self, event: &Event) {
        match event {
            Event::LabStarted { kernel, .. } => self.report.kernel.clone_from(kernel),
            Event::Booted { micros } => self.report.boot_micros = Some(*micros),
            Event::Up { micros, .. } => self.report.up_micros = *micros,
            Event::Kept { lab } => self.report.kept = Some(lab.to_string()),
            Event::ScenarioStarted { scenario, summary } => {
                let (name, summary) = (scenario.to_string(), summary.clone());
                self.playing = Some(ScenarioReport { name, summary, ..ScenarioReport::default() });
            }
            Event::StepFinished { step } => {
                self.playing.iter_mut().for_each(|playing| playing.steps.push(step.clone()));
            }
            Event::ScenarioFinished { scenario } => {
                self.playing = None;
                self.report.scenarios.push(scenario.clone());
            }
            Event::LabFinished { report } => self.finish(report),
            Event::Note { .. }
            | Event::Building { .. }
            | Event::Applied { .. }
            | Event::Repaired { .. }
            | Event::Changed { .. }
            | Event::Unchanged { .. }
            | Event::NeedsDown { .. }
            | Event::Failed { .. } => {}
        }
    }

    /// The report, and why the worker ended badly, if it did.
    pub fn end(mut self, fault: Option<String>) -> LabReport {
        let silent = || "the worker ended without a report".to_owned();
        let fault = fault.or_else(|| (!self.finished).then(silent));
        self.report.micros = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let Some(fault) = fault else { return self.report };
        if let Some(mut playing) = self.playing {
            playing.error = Some(fault.clone());
            self.report.scenarios.push(playing);
        }
        let first = self.report.error.take().map(|first| format!("{first}; {fault}"));
        LabReport { error: Some(first.unwrap_or(fault)), ..self.report }
    }

    /// The worker knows best, but for what was before it and will be after it.
    fn finish(&mut self, report: &LabReport) {
        let LabReport { kept, boot_micros, up_micros, .. } = self.report.clone();
        let up_micros = if report.up_micros == 0 { up_micros } else { report.up_micros };
        self.report = LabReport { kept, boot_micros, up_micros, ..report.clone() };
        self.playing = None;
        self.finished = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Check, Outcome, StepReport, Verdict};

    fn step() -> StepReport {
        let check = Check {
            name: "status".to_owned(),
            outcome: Outcome::measured(true, "200", "200"),
            samples: 1,
            waited_micros: 0,
            position: String::new(),
        };
        let title = "request".to_owned();
        StepReport { title, answers: None, checks: vec![check], earlier: Vec::new(), micros: 0 }
    }

    fn heard(events: &[Event]) -> Course {
        let mut course = Course::begin("nat");
        events.iter().for_each(|event| course.hear(event));
        course
    }

    #[test]
    fn a_worker_that_is_cut_short_leaves_its_steps() {
        let started = Event::ScenarioStarted { scenario: "first".parse().unwrap(), summary: None };
        let course =
            heard(&[Event::Booted { micros: 7 }, started, Event::StepFinished { step: step() }]);
        let report = course.end(Some("interrupted by SIGINT".to_owned()));
        assert_eq!(report.boot_micros, Some(7));
        assert_eq!(report.scenarios[0].steps, [step()]);
        assert_eq!(report.scenarios[0].fault(), Some("interrupted by SIGINT"));
        assert_eq!(report.verdict(), Verdict::Errored);
    }

    #[test]
    fn a_worker_that_says_nothing_at_its_end_is_an_error() {
        let fault = heard(&[]).end(None);
        assert_eq!(fault.fault(), Some("the worker ended without a report"));
        let whole = Event::LabFinished { report: LabReport::default() };
        assert_eq!(heard(&[whole]).end(None).error, None);
    }

    #[test]
    fn what_only_this_side_knows_is_kept_with_the_workers_report() {
        let lab = || "nat".parse().unwrap();
        let report = LabReport { topology: "nat".to_owned(), ..LabReport::default() };
        let report = heard(&[
            Event::Booted { micros: 7 },
            Event::Up { lab: lab(), micros: 8 },
            Event::Kept { lab: lab() },
            Event::LabFinished { report },
        ]);
        let report = report.end(None);
        assert_eq!((report.boot_micros, report.up_micros), (Some(7), 8));
        assert_eq!(report.kept.as_deref(), Some("nat"));
    }
}
