use super::Position;
use crate::lab::Place;
use serde::Serialize;
use std::fmt;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The lab can be built, and will teach something other than expected.
    Warning,
    /// The lab cannot be built.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// The stable code of a rule, as in `L012`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// One fault of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The rule.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: subject first, lower case, no full stop, the user's words in backticks.
    pub message: String,
    /// Where, as a path of keys.
    pub at: Place,
    /// Where, as a line and a column; none where that is not known, or not yet.
    pub position: Option<Position>,
    /// What mends it: an imperative.
    pub help: String,
}

impl Diagnostic {
    /// The same, where its line and column are known.
    pub fn shown_at(self, position: impl Into<Option<Position>>) -> Self {
        Self { position: position.into(), ..self }
    }
}
