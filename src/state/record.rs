use super::error::if_there;
use super::{LabDir, Process, StateError};
use crate::lab::{LabName, Source};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::SystemTime;

/// The kernel that a lab is built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// The running one.
    Host,
    /// A user-mode kernel of its own.
    Uml,
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Host => "host",
            Self::Uml => "uml",
        })
    }
}

/// Who is in charge of a lab, and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The lab.
    pub lab: LabName,
    /// The kernel that it is built on.
    pub provider: Provider,
    /// The process that holds it.
    pub supervisor: Process,
    /// The topology.
    pub source: Source,
    /// When the supervisor began.
    pub since: SystemTime,
}

impl Record {
    /// Reads a lab's record; `None` if it has none.
    pub fn read(lab: &LabDir) -> Result<Option<Self>, StateError> {
        let path = lab.record();
        let text = if_there(fs::read(&path)).map_err(StateError::refused("read", &path))?;
        let parsed = text.map(|text| serde_json::from_slice(&text)).transpose();
        parsed.map_err(|error| StateError::Garbled { path, fault: error.to_string() })
    }

    /// Writes it in one piece: a reader sees the old record or the new one.
    pub fn write(&self, lab: &LabDir) -> Result<(), StateError> {
        let path = lab.record();
        let json = serde_json::to_vec_pretty(self).map_err(|error| StateError::Garbled {
            path: path.clone(),
            fault: error.to_string(),
        })?;
        let draft = path.with_extension("json.new");
        let written = write_new(&draft, &json).and_then(|()| fs::rename(&draft, &path));
        written.map_err(|error| {
            // Best effort: what is left of the draft goes with the directory.
            let _ = fs::remove_file(&draft);
            StateError::refused("write", &path)(error)
        })
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::StateDir;

    fn record() -> Record {
        Record {
            lab: "nat".parse().unwrap(),
            provider: Provider::Host,
            supervisor: Process::current().unwrap(),
            source: Source { name: "nat".to_owned(), text: "name: nat\n".to_owned() },
            since: SystemTime::now(),
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let parent = tempfile::tempdir().unwrap();
        let lab = StateDir::at(parent.path()).lab(&"nat".parse().unwrap());
        assert_eq!(Record::read(&lab).unwrap(), None);
        lab.create().unwrap();
        let record = record();
        record.write(&lab).unwrap();
        assert_eq!(Record::read(&lab).unwrap(), Some(record));
        assert_eq!(fs::read_dir(lab.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_record_that_cannot_be_written_names_the_path_and_the_reason() {
        let lab = StateDir::at("/proc").lab(&"nat".parse().unwrap());
        let error = record().write(&lab).unwrap_err().to_string();
        assert_eq!(
            error,
            "cannot write `/proc/nat/record.json`: ENOENT (No such file or directory)"
        );
    }

    #[test]
    fn a_garbled_record_says_where() {
        let parent = tempfile::tempdir().unwrap();
        let lab = StateDir::at(parent.path()).lab(&"nat".parse().unwrap());
        lab.create().unwrap();
        fs::write(lab.record(), "{").unwrap();
        let error = Record::read(&lab).unwrap_err().to_string();
        assert!(error.contains("record.json` cannot be understood: EOF"), "{error}");
    }
}
