use crate::traffic::Sample;

/// What a command in a node left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandOutput {
    /// Its exit code; 128 and the signal's number if a signal ended it, as a shell says.
    pub exit: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// What an attempt at a step brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measured {
    /// One sample for each request.
    Requests(Vec<Sample>),
    /// A command's output.
    Command(CommandOutput),
    /// The step neither sent requests nor ran a command.
    Nothing,
}
