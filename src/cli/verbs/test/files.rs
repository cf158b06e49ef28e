use crate::cli::failure::reason;
use crate::cli::report_file::{ReportFile, ReportKind};
use crate::report::{self, Report};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, Write};

/// The report files of a run, open from its begin to its end.
#[derive(Default)]
pub struct Files(Vec<(ReportFile, File, Renewal)>);

/// Whether what was written can be written over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Renewal {
    /// It is an ordinary file.
    Always,
    /// It is a pipe or a terminal: only what is written last is written.
    Never,
}

impl Files {
    /// Opens the files; nothing is in them yet. The error is for the user.
    pub fn open(wanted: &[ReportFile]) -> Result<Self, String> {
        let mut files = Self::default();
        for one in wanted {
            if files.0.iter().any(|(other, _, _)| other.path == one.path) {
                return Err(format!("two reports cannot go to `{}`", one.path.display()));
            }
            let opened =
                OpenOptions::new().write(true).create(true).truncate(false).open(&one.path);
            let file = opened.map_err(|error| refused(one, &reason(&error)))?;
            let ordinary = file.metadata().is_ok_and(|found| found.is_file());
            let renewal = if ordinary { Renewal::Always } else { Renewal::Never };
            files.0.push((one.clone(), file, renewal));
        }
        Ok(files)
    }

    /// Writes what is known so far, where that can be written over later.
    pub fn write(&mut self, report: &Report) -> Result<(), String> {
        let renewable = self.0.iter_mut().filter(|(_, _, renewal)| *renewal == Renewal::Always);
        renewable.into_iter().try_for_each(|(wanted, file, _)| write(wanted, file, report))
    }

    /// Writes the whole report.
    pub fn finish(&mut self, report: &Report) -> Result<(), String> {
        self.0.iter_mut().try_for_each(|(wanted, file, _)| write(wanted, file, report))
    }
}

fn write(wanted: &ReportFile, file: &mut File, report: &Report) -> Result<(), String> {
    let text = match wanted.kind {
        ReportKind::Json => report::json(report).map_err(|error| refused(wanted, &error))?,
        ReportKind::Junit => report::junit(report).map_err(|error| refused(wanted, &error))?,
        ReportKind::Tap => report::tap(report),
        ReportKind::Html => report::html(report),
    };
    replace(file, &text).map_err(|error| refused(wanted, &reason(&error)))
}

fn replace(file: &mut File, text: &str) -> io::Result<()> {
    if file.metadata()?.is_file() {
        file.rewind()?;
        file.set_len(0)?;
    }
    file.write_all(text.as_bytes())
}

fn refused(wanted: &ReportFile, why: &dyn std::fmt::Display) -> String {
    format!("cannot write the report `{}`: {why}", wanted.path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::RunState;

    fn wanted(path: &std::path::Path) -> ReportFile {
        ReportFile { kind: ReportKind::Json, path: path.to_owned() }
    }

    #[test]
    fn a_file_says_what_is_known_and_a_shorter_report_leaves_nothing_of_a_longer_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        std::fs::write(&path, "x".repeat(10_000)).unwrap();
        let mut files = Files::open(&[wanted(&path)]).unwrap();
        let said = |state| {
            let report = Report { state, ..Report::default() };
            files.write(&report).unwrap();
            let text = std::fs::read(&path).unwrap();
            serde_json::from_slice::<serde_json::Value>(&text).unwrap()["error"].clone()
        };
        let interrupted = RunState::Interrupted { signal: "SIGINT".to_owned() };
        let said: Vec<_> = [RunState::Running, interrupted].into_iter().map(said).collect();
        assert_eq!(said, ["the run has not come to its end", "interrupted by SIGINT"]);
    }

    #[test]
    fn what_cannot_be_written_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let error = |wanted: &[ReportFile]| Files::open(wanted).err().unwrap();
        assert!(error(&[wanted(folder.path())]).ends_with("Is a directory"));
        assert!(
            error(&[wanted(&folder.path().join("no/a"))]).ends_with("No such file or directory")
        );
        let twice = wanted(&folder.path().join("a"));
        assert!(error(&[twice.clone(), twice]).starts_with("two reports cannot go to"));
    }
}
