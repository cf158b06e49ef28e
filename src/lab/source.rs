use serde::{Deserialize, Serialize};

/// The text of a topology, under the name that its user knows it by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The path as the user gave it, or a built-in topology's file name.
    pub name: String,
    /// The whole text.
    pub text: String,
}
