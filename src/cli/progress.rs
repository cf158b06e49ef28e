use super::context::Context;
use super::terminal;
use crate::report::Event;
use crate::text::{Colour, Ink};
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Work that is faster than this shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);
/// The pause between two renewals of the progress line.
const RENEWAL: Duration = Duration::from_millis(100);

/// Shows a build's events to a person: one line that renews itself on a terminal, and the end.
#[derive(Debug)]
pub struct Progress {
    colour: Colour,
    live: Live,
    started: Instant,
    renewed: Option<Instant>,
    operations: usize,
}

/// Whether a line may be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Live {
    Terminal,
    Silent,
}

impl Progress {
    /// Progress on standard error.
    pub fn new(context: &Context) -> Self {
        let shown = std::io::stderr().is_terminal() && !context.global.quiet;
        Self {
            colour: context.error_colour(),
            live: if shown { Live::Terminal } else { Live::Silent },
            started: Instant::now(),
            renewed: None,
            operations: 0,
        }
    }

    /// Takes note of an event.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Building { operations, .. } => self.operations = *operations,
            Event::Applied { done, last } => self.renew(*done, last),
            Event::Failed { .. } | Event::Up { .. } => self.clear(),
            _ => {}
        }
    }

    fn renew(&mut self, done: usize, last: &str) {
        let now = Instant::now();
        let due = self.renewed.is_none_or(|renewed| now - renewed >= RENEWAL);
        if self.live == Live::Silent || !due || now - self.started < PATIENCE {
            return;
        }
        self.renewed = Some(now);
        let line = format!("{done}/{} {last}", self.operations);
        let short: String = line.chars().take(terminal::width().saturating_sub(1)).collect();
        self.write(&format!("\r\x1b[K{}", self.colour.paint(Ink::Faint, &short)));
    }

    /// Removes the line.
    pub fn clear(&mut self) {
        if self.renewed.take().is_some() {
            self.write("\r\x1b[K");
        }
    }

    /// A terminal that cannot be written to is no reason to stop building.
    fn write(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}
