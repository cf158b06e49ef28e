use crate::cli::context::Context;
use crate::cli::terminal::{self, Paint, print};
use crate::report::{Colour, Event, Report, Style, Text};

/// Shows the events of one lab's test as they come.
pub struct Live {
    text: Option<Text>,
}

impl Live {
    /// On standard output, unless the user wants results only.
    pub fn new(context: &Context) -> Self {
        let text = (!context.global.quiet).then(|| Text::new(style(context)));
        Self { text }
    }

    /// Shows one event.
    pub fn event(&mut self, event: &Event) {
        if let Some(text) = &mut self.text {
            print(&text.event(event));
        }
    }
}

/// Shows what all labs together came to.
pub fn summary(report: &Report) {
    print(&Text::summary(report));
}

fn style(context: &Context) -> Style {
    let colour = match context.paint() {
        Paint::Ansi => Colour::On,
        Paint::Plain => Colour::Off,
    };
    Style { colour, width: terminal::width() }
}
