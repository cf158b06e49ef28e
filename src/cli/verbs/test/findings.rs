use super::files::Files;
use super::task::Task;
use crate::cli::failure::Failure;
use crate::report::{LabReport, Report, RunState};
use crate::text::date;
use std::collections::BTreeMap;
use std::time::SystemTime;

/// What was found so far, in the report files too.
pub struct Findings {
    labs: BTreeMap<usize, LabReport>,
    begun: String,
    files: Files,
}

impl Findings {
    /// Nothing yet, which the files say.
    pub fn begin(mut files: Files) -> Result<Self, Failure> {
        let begun = date(SystemTime::now());
        files.write(&report(&begun, RunState::Running, Vec::new())).map_err(Failure::usage)?;
        Ok(Self { labs: BTreeMap::new(), begun, files })
    }

    /// Adds the report of the lab with this number on the command line.
    pub fn add(&mut self, number: usize, lab: LabReport) {
        self.labs.insert(number, lab);
        let labs = self.labs.values().cloned().collect();
        // Who cannot be told now hears of it at the end.
        let _ = self.files.write(&report(&self.begun, RunState::Running, labs));
    }

    /// The whole report, which is in the files then. Labs whose turn did not come are errors.
    pub fn end(mut self, tasks: &[Task], state: RunState) -> (Report, Result<(), Failure>) {
        let waiting = |task: &Task| {
            task.describe(LabReport {
                topology: task.named.clone(),
                error: Some("its turn did not come".to_owned()),
                ..LabReport::default()
            })
        };
        let numbered = tasks.iter().enumerate();
        let labs = numbered.map(|(n, task)| self.labs.remove(&n).unwrap_or_else(|| waiting(task)));
        let report = report(&self.begun, state, labs.collect());
        let written = self.files.finish(&report).map_err(Failure::failed);
        (report, written)
    }
}

fn report(begun: &str, state: RunState, labs: Vec<LabReport>) -> Report {
    let (version, begun) = (env!("CARGO_PKG_VERSION").to_owned(), begun.to_owned());
    Report { version, begun, state, labs }
}
