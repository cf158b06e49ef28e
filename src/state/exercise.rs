use super::error::if_there;
use super::{LabDir, StateError};
use crate::lab::Source;
use serde::{Deserialize, Serialize};
use std::fs;

/// The topology that a lab is the blank of: what is to be typed in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exercise {
    /// The topology.
    pub whole: Source,
}

impl Exercise {
    /// Reads that of a lab; `None` if the lab is no blank.
    pub fn read(lab: &LabDir) -> Result<Option<Self>, StateError> {
        let path = lab.exercise();
        let text = if_there(fs::read(&path)).map_err(StateError::refused("read", &path))?;
        let parsed = text.map(|text| serde_json::from_slice(&text)).transpose();
        parsed.map_err(|error| StateError::Garbled { path, fault: error.to_string() })
    }

    /// Notes that a lab, whose directory must be there, is the blank of this, or of nothing.
    pub fn note(exercise: Option<&Self>, lab: &LabDir) -> Result<(), StateError> {
        let path = lab.exercise();
        let Some(exercise) = exercise else {
            let removed = if_there(fs::remove_file(&path));
            return removed.map(drop).map_err(StateError::refused("remove", &path));
        };
        let json = serde_json::to_vec(exercise).map_err(|error| StateError::Garbled {
            path: path.clone(),
            fault: error.to_string(),
        })?;
        fs::write(&path, json).map_err(StateError::refused("write", &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::StateDir;

    #[test]
    fn what_was_noted_is_read_until_it_is_taken_back() {
        let parent = tempfile::tempdir().unwrap();
        let lab = StateDir::at(parent.path()).lab(&"nat".parse().unwrap());
        lab.create().unwrap();
        let whole = Source { name: "nat.yaml".to_owned(), text: "name: nat\n".to_owned() };
        let exercise = Exercise { whole };
        Exercise::note(Some(&exercise), &lab).unwrap();
        assert_eq!(Exercise::read(&lab).unwrap(), Some(exercise));
        Exercise::note(None, &lab).unwrap();
        Exercise::note(None, &lab).unwrap();
        assert_eq!(Exercise::read(&lab).unwrap(), None);
    }
}
