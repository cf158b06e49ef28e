use super::Verdict;
use crate::text::{Ink, Style, columns, cut, visible, wrapped};

/// The columns that a field's label takes, a space included.
const LABEL: usize = 9;

/// Lines that keep to a style's width.
pub(super) struct Lines {
    style: Style,
    text: String,
}

impl Lines {
    pub fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    /// Adds a text behind so many spaces.
    pub fn add(&mut self, indent: usize, ink: Ink, text: &str) {
        self.hang(&" ".repeat(indent), indent, (ink, text));
    }

    /// Adds a text behind a verdict's mark.
    pub fn mark(&mut self, indent: usize, verdict: Verdict, text: &str) {
        let head = format!("{}{} ", " ".repeat(indent), self.ticked(verdict));
        self.hang(&head, indent + 2, (Ink::Plain, text));
    }

    /// Adds a text behind a label.
    pub fn field(&mut self, indent: usize, label: &str, text: &str) {
        self.labelled(indent, &format!("{label:<LABEL$}"), text);
    }

    /// Adds a text behind a label of any width.
    pub fn labelled(&mut self, indent: usize, label: &str, text: &str) {
        let head = format!("{}{}", " ".repeat(indent), self.style.colour.paint(Ink::Faint, label));
        self.hang(&head, indent + columns(label), (Ink::Plain, text));
    }

    /// Adds a line that is painted already and fits.
    pub fn drawn(&mut self, indent: usize, line: &str) {
        self.text.push_str(&format!("{}{line}\n", " ".repeat(indent)));
    }

    /// Adds a line as it is, its end left out if it does not fit.
    pub fn quoted(&mut self, indent: usize, line: &str) {
        let room = self.style.width.map(|width| width.saturating_sub(indent).max(1));
        let line = room.map_or_else(|| line.to_owned(), |room| cut(line, room));
        self.drawn(indent, &line);
    }

    /// Adds an empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    pub fn into_text(self) -> String {
        self.text
    }

    fn ticked(&self, verdict: Verdict) -> String {
        let (ink, mark) = match verdict {
            Verdict::Passed => (Ink::Green, "✓"),
            Verdict::Failed => (Ink::Red, "✗"),
            Verdict::Errored => (Ink::Yellow, "!"),
        };
        self.style.colour.paint(ink, mark)
    }

    // Further lines begin below the first, behind the head that takes so many columns.
    fn hang(&mut self, head: &str, columns: usize, (ink, body): (Ink, &str)) {
        let wrap = |line| wrapped(&visible(line), self.style.width, columns);
        let mut lines: Vec<_> = body.lines().flat_map(wrap).collect();
        if lines.is_empty() {
            lines.push(String::new());
        }
        for (number, line) in lines.iter().enumerate() {
            let blank = " ".repeat(columns);
            let start = if number == 0 { head } else { blank.as_str() };
            self.text.push_str(&format!("{start}{}\n", self.style.colour.paint(ink, line)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Colour;

    fn marked(width: usize, text: &str) -> String {
        let mut lines = Lines::new(Style { width: Some(width), ..Style::default() });
        lines.mark(2, Verdict::Passed, text);
        lines.into_text()
    }

    #[test]
    fn further_lines_begin_below_the_first_and_words_stay_whole() {
        assert_eq!(marked(14, "one two three four"), "  ✓ one two\n    three four\n");
        assert_eq!(marked(6, "incomprehensible it is"), "  ✓ incomprehensible\n    it\n    is\n");
    }

    #[test]
    fn a_text_of_several_lines_keeps_them() {
        assert_eq!(marked(14, "one\ntwo\x07\n"), "  ✓ one\n    two\\u{7}\n");
    }

    #[test]
    fn colours_take_no_columns_and_end_on_their_line() {
        let mut lines =
            Lines::new(Style { colour: Colour::Ansi, width: Some(6), ..Style::default() });
        lines.add(2, Ink::Bold, "ab cd");
        assert_eq!(lines.into_text(), "  \u{1b}[1mab\u{1b}[0m\n  \u{1b}[1mcd\u{1b}[0m\n");
    }
}
