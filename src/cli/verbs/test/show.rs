use crate::cli::context::Context;
use crate::cli::terminal::{self, print};
use crate::report::{Event, Report, Text, Verdict};
use crate::text::{Letters, Style};

/// Shows the events of one lab's test as they come, or, if the user wants results only, when it
/// turns out that the lab did not pass.
pub struct Live {
    text: Text,
    /// What was not shown yet; none if all is shown at once.
    kept: Option<String>,
}

impl Live {
    /// On standard output.
    pub fn new(context: &Context) -> Self {
        let kept = context.global.quiet.then(String::new);
        Self { text: Text::new(style(context)), kept }
    }

    /// Shows one event.
    pub fn event(&mut self, event: &Event) {
        let text = self.text.event(event);
        let Some(kept) = &mut self.kept else { return print(&text) };
        kept.push_str(&text);
        match event {
            Event::LabFinished { report } if report.verdict() != Verdict::Passed => print(kept),
            _ => {}
        }
    }
}

/// Shows what all labs together came to.
pub fn summary(report: &Report) {
    print(&Text::summary(report));
}

fn style(context: &Context) -> Style {
    Style { width: Some(terminal::width()), colour: context.colour(), letters: Letters::here() }
}
