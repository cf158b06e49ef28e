use crate::plan::Act;
use crate::plan::Op;
use crate::state::{LabDir, StateError};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// Everything done to the kernel for a lab, one JSON line each, written before it is done.
///
/// It lives in memory (/run is a tmpfs) and must survive processes, not the machine: nothing is
/// synced.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    line: Vec<u8>,
}

impl Journal {
    /// Opens a lab's journal at its end, a new one if there is none.
    pub fn open(lab: &LabDir) -> Result<Self, StateError> {
        let path = lab.journal();
        let opened = OpenOptions::new().append(true).create(true).mode(0o600).open(&path);
        let file = opened.map_err(StateError::refused("open", &path))?;
        Ok(Self { path, file, line: Vec::new() })
    }

    /// Adds a line, in one write(2) so that a killed process leaves at most one torn line.
    pub fn append(&mut self, act: &Act) -> Result<(), StateError> {
        self.line.clear();
        let encoded = serde_json::to_writer(&mut self.line, act).map_err(io::Error::from);
        self.line.push(b'\n');
        let written = encoded.and_then(|()| match self.file.write(&self.line)? {
            whole if whole == self.line.len() => Ok(()),
            // A disk that fills up takes a part first.
            _ => Err(nix::errno::Errno::ENOSPC.into()),
        });
        written.map_err(StateError::refused("write", &self.path))
    }

    /// Reads what was done, in order. A torn last line was never done: its writer died before.
    pub fn read(lab: &LabDir) -> Result<Vec<Act>, StateError> {
        let path = lab.journal();
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(StateError::refused("read", &path))?,
        };
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let acts = whole.lines().map(serde_json::from_str).collect::<Result<_, _>>();
        acts.map_err(|error| StateError::Garbled { path, fault: error.to_string() })
    }

    /// The operations that were done and not undone again, in order.
    pub fn in_force(acts: Vec<Act>) -> Vec<Op> {
        let mut ops: Vec<Op> = Vec::new();
        for act in acts {
            match act {
                Act::Apply(op) => ops.push(op),
                Act::Undo(op) => ops.retain(|done| *done != op),
            }
        }
        ops
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::NodeName;
    use crate::state::StateDir;

    fn lab() -> (tempfile::TempDir, LabDir) {
        let parent = tempfile::tempdir().unwrap();
        let lab = StateDir::at(parent.path()).lab(&"nat".parse().unwrap());
        lab.create().unwrap();
        (parent, lab)
    }

    fn namespace(name: &str) -> Op {
        Op::CreateNamespace { node: name.parse().unwrap() }
    }

    #[test]
    fn what_was_written_is_read() {
        let (_parent, lab) = lab();
        assert_eq!(Journal::read(&lab).unwrap(), []);
        let acts = [Act::Apply(namespace("rs1")), Act::Undo(namespace("rs1"))];
        for act in &acts {
            Journal::open(&lab).unwrap().append(act).unwrap();
        }
        assert_eq!(Journal::read(&lab).unwrap(), acts);
        let text = fs::read_to_string(lab.journal()).unwrap();
        assert_eq!(
            text.lines().next(),
            Some(r#"{"act":"apply","op":"create-namespace","node":"rs1"}"#)
        );
    }

    #[test]
    fn a_torn_last_line_was_never_done() {
        let (_parent, lab) = lab();
        Journal::open(&lab).unwrap().append(&Act::Apply(namespace("rs1"))).unwrap();
        let whole = fs::read(lab.journal()).unwrap();
        for kept in 0..whole.len() {
            let torn = [whole.as_slice(), &whole[..kept]].concat();
            fs::write(lab.journal(), torn).unwrap();
            assert_eq!(Journal::read(&lab).unwrap(), [Act::Apply(namespace("rs1"))]);
        }
    }

    #[test]
    fn a_foreign_line_in_the_middle_is_an_error() {
        let (_parent, lab) = lab();
        fs::write(lab.journal(), "hello\n{}\n").unwrap();
        assert!(matches!(Journal::read(&lab), Err(StateError::Garbled { .. })));
    }

    #[test]
    fn what_was_undone_is_not_in_force() {
        let acts = vec![
            Act::Apply(namespace("rs1")),
            Act::Apply(namespace(NodeName::SWITCH)),
            Act::Undo(namespace("rs1")),
        ];
        assert_eq!(Journal::in_force(acts), [namespace(NodeName::SWITCH)]);
    }

    #[test]
    fn a_full_disk_is_told_with_the_path() {
        let file = OpenOptions::new().append(true).open("/dev/full").unwrap();
        let mut journal = Journal { path: "/run/lab/journal".into(), file, line: Vec::new() };
        let error = journal.append(&Act::Apply(namespace("rs1"))).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot write `/run/lab/journal`: ENOSPC (No space left on device)"
        );
    }
}
