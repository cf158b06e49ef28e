use super::exit::Exit;
use super::terminal::complain;
use crate::text::{Colour, Ink};
use nix::errno::Errno;
use std::fmt::Display;
use std::io;

/// Why a verb ended early: one message, and what helps.
#[derive(Debug)]
pub struct Failure {
    /// How the program ends.
    pub exit: Exit,
    /// What is wrong, in lower case and without a full stop; empty if all was said already.
    pub message: String,
    /// What mends it.
    pub help: Option<String>,
}

impl Failure {
    fn new(exit: Exit, message: impl Display) -> Self {
        Self { exit, message: message.to_string(), help: None }
    }

    /// The user asked for something that cannot be.
    pub fn usage(message: impl Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The machine lacks something.
    pub fn unable(message: impl Display) -> Self {
        Self::new(Exit::Unable, message)
    }

    /// The world refused.
    pub fn failed(message: impl Display) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// Something could not be removed.
    pub fn leftovers(message: impl Display) -> Self {
        Self::new(Exit::Leftovers, message)
    }

    /// Everything was said already.
    pub fn said(exit: Exit) -> Self {
        Self::new(exit, "")
    }

    /// The same with a line of help.
    pub fn help(mut self, help: impl Display) -> Self {
        self.help = Some(help.to_string());
        self
    }

    /// Writes it to standard error.
    pub fn print(&self, colour: Colour) {
        if self.message.is_empty() {
            return;
        }
        let error = colour.paint(Ink::BoldRed, "error");
        complain(&format!("{error}: {}\n", self.message));
        if let Some(help) = &self.help {
            complain(&format!("{}: {help}\n", colour.paint(Ink::BoldCyan, "help")));
        }
    }
}

/// What the system said, without the number of the error.
pub fn reason(error: &io::Error) -> String {
    let number = error.raw_os_error().map(Errno::from_raw);
    number.map_or_else(|| error.to_string(), |errno| errno.desc().to_owned())
}
