use crate::lab::Place;
use serde::Serialize;

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The lab can be built, and will teach something other than expected.
    Warning,
    /// The lab cannot be built.
    Error,
}

/// The stable code of a rule, as in `L012`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Code(pub &'static str);

/// One fault of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The rule.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: subject first, lower case, no full stop, the user's words in backticks.
    pub message: String,
    /// Where.
    pub at: Place,
    /// What mends it: an imperative.
    pub help: String,
}
