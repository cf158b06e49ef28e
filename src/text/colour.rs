use std::io::IsTerminal;

/// Whether ANSI escape sequences colour the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// Nothing but text.
    #[default]
    Plain,
    /// ANSI colours (ECMA-48, SGR).
    Ansi,
}

/// What a piece of text is painted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// As it comes.
    Plain,
    /// What stands out without a colour.
    Bold,
    /// What may be overlooked.
    Faint,
    /// What failed.
    Red,
    /// What is well.
    Green,
    /// What could not be found out.
    Yellow,
    /// An error's label.
    BoldRed,
    /// The label of what is well.
    BoldGreen,
    /// A warning's label.
    BoldYellow,
    /// What frames an excerpt.
    BoldBlue,
    /// The label of help.
    BoldCyan,
}

impl Ink {
    /// Its parameters of SGR.
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Faint => "2",
            Self::Red => "31",
            Self::Green => "32",
            Self::Yellow => "33",
            Self::BoldRed => "1;31",
            Self::BoldGreen => "1;32",
            Self::BoldYellow => "1;33",
            Self::BoldBlue => "1;34",
            Self::BoldCyan => "1;36",
        }
    }
}

impl Colour {
    /// What suits a stream: colours on a terminal, unless the user wants none anywhere. See
    /// <https://no-color.org>.
    pub fn of(stream: &impl IsTerminal) -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if stream.is_terminal() && !unwanted { Self::Ansi } else { Self::Plain }
    }

    /// The text in this ink.
    pub fn paint(self, ink: Ink, text: &str) -> String {
        if self == Self::Plain || ink == Ink::Plain || text.is_empty() {
            return text.to_owned();
        }
        format!("\x1b[{}m{text}\x1b[0m", ink.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_is_to_paint_is_painted() {
        assert_eq!(Colour::Ansi.paint(Ink::BoldRed, "error"), "\x1b[1;31merror\x1b[0m");
        assert_eq!(Colour::Ansi.paint(Ink::Red, ""), "");
        assert_eq!(Colour::Ansi.paint(Ink::Plain, "word"), "word");
        assert_eq!(Colour::Plain.paint(Ink::Red, "word"), "word");
    }
}
