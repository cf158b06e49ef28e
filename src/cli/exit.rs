use nix::sys::signal::Signal;
use std::process::ExitCode;

/// How the program ends. Only this file knows the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done, everything expected was so.
    Ok,
    /// An assertion failed.
    Unproven,
    /// The command line or a topology file is wrong.
    Usage,
    /// The machine lacks something; `doctor` says what.
    Unable,
    /// An operation failed and was rolled back, or a check could not be measured.
    Failed,
    /// Something is left on the machine that could not be removed.
    Leftovers,
    /// The code of a command that was run for the user.
    Command(u8),
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Unproven => 1,
            Self::Usage => 2,
            Self::Unable => 3,
            Self::Failed => 4,
            Self::Leftovers => 5,
            Self::Command(code) => code,
        }
    }
}

impl Exit {
    /// That of a shell for a program that a signal has ended.
    pub fn by(signal: Signal) -> Self {
        Self::Command(128 + signal as u8)
    }

    /// The graver of two endings: the one with the higher number.
    pub fn graver(self, other: Self) -> Self {
        if other.code() > self.code() { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
