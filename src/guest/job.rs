use serde::{Deserialize, Serialize};

/// One command line of the user's, sent into the guest and run there as if it had been typed there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The program's arguments, without its own name.
    pub args: Vec<String>,
    /// The working directory; the root where the guest has no such directory.
    pub cwd: String,
    /// The whole environment. The guest completes `PATH` with the directories of system administration.
    pub env: Vec<(String, String)>,
    /// Files that the host has read already, because the guest must not or cannot.
    pub files: Vec<File>,
    /// Where its standard input comes from.
    pub input: Input,
    /// A terminal of this size is its standard input, output and error; without one it gets three
    /// pipes.
    pub terminal: Option<TerminalSize>,
}

/// Where a job's standard input comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// Nowhere: it is at its end at once, and the caller's standard input stays untouched.
    #[default]
    Nothing,
    /// From the caller's standard input, which is read ahead by at most one stream window.
    Caller,
}

/// A file that the host has read for the guest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// What the user called it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// The size of a terminal in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalSize {
    /// Lines.
    pub rows: u16,
    /// Characters in a line.
    pub columns: u16,
}
