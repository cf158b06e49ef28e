use super::context::Context;
use super::terminal;
use crate::report::Event;
use crate::text::{Colour, Ink, visible};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Work that is faster than this shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);
/// The pause between two renewals of the progress line.
pub const RENEWAL: Duration = Duration::from_millis(100);

/// In the environment of a command that runs in a guest, if the standard error of the one on the
/// machine is a terminal.
pub const TERMINAL: &str = "LVS_LAB_ERROR_TERMINAL";

/// Shows a build's events to a person: one line that renews itself on a terminal, and the end.
#[derive(Debug)]
pub struct Progress {
    line: Line,
    operations: usize,
}

impl Progress {
    /// Progress on standard error.
    pub fn new(context: &Context) -> Self {
        Self { line: Line::new(context), operations: 0 }
    }

    /// Takes note of an event.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Building { operations, .. } => self.operations = *operations,
            Event::Applied { done, last } => {
                let operations = self.operations;
                self.line.renew(|| format!("{done}/{operations} {last}"));
            }
            Event::Failed { .. } | Event::Up { .. } => self.line.clear(),
            _ => {}
        }
    }

    /// Removes the line.
    pub fn clear(&mut self) {
        self.line.clear();
    }
}

/// A line on standard error that renews itself, on a terminal only.
#[derive(Debug)]
pub struct Line {
    colour: Colour,
    live: Live,
    started: Instant,
    renewed: Option<Instant>,
}

/// Whether a line may be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Live {
    Terminal,
    Silent,
}

impl Line {
    /// No line yet.
    pub fn new(context: &Context) -> Self {
        let is_terminal = std::io::stderr().is_terminal() || std::env::var_os(TERMINAL).is_some();
        let shown = is_terminal && !context.global.quiet;
        Self {
            colour: context.error_colour(),
            live: if shown { Live::Terminal } else { Live::Silent },
            started: Instant::now(),
            renewed: None,
        }
    }

    /// Shows a text in place of the one before, unless that is too young.
    pub fn renew(&mut self, text: impl FnOnce() -> String) {
        let now = Instant::now();
        let due = self.renewed.is_none_or(|renewed| now - renewed >= RENEWAL);
        if self.live == Live::Silent || !due || now - self.started < PATIENCE {
            return;
        }
        self.renewed = Some(now);
        let line = visible(&text());
        let short: String = line.chars().take(terminal::width().saturating_sub(1)).collect();
        terminal::complain(&format!("\r\x1b[K{}", self.colour.paint(Ink::Faint, &short)));
    }

    /// Removes the line.
    pub fn clear(&mut self) {
        if self.renewed.take().is_some() {
            terminal::complain("\r\x1b[K");
        }
    }
}
