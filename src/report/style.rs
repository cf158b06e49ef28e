use super::Verdict;

/// Whether escape sequences for colours may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// The reader is a terminal and wants colours.
    On,
    /// Plain text.
    Off,
}

/// How text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colours or none.
    pub colour: Colour,
    /// The width of a line in columns; a longer word is not broken.
    pub width: usize,
}

/// What a piece of text is, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Title,
    Aside,
    Verdict(Verdict),
}

impl Style {
    /// The text in the colour of its tone (ECMA-48, select graphic rendition).
    pub(super) fn paint(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Title => "1",
            Tone::Aside => "2",
            Tone::Verdict(Verdict::Passed) => "32",
            Tone::Verdict(Verdict::Failed) => "31",
            Tone::Verdict(Verdict::Errored) => "33",
        };
        match self.colour {
            Colour::On => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Colour::Off => text.to_owned(),
        }
    }

    /// A verdict's mark.
    pub(super) fn mark(self, verdict: Verdict) -> String {
        let mark = match verdict {
            Verdict::Passed => "✓",
            Verdict::Failed => "✗",
            Verdict::Errored => "!",
        };
        self.paint(Tone::Verdict(verdict), mark)
    }
}
