use super::style::Tone;
use super::{Style, Verdict, visible};

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
    pub fn add(&mut self, indent: usize, tone: Tone, text: &str) {
        self.hang(&" ".repeat(indent), indent, (tone, text));
    }

    /// Adds a text behind a verdict's mark.
    pub fn mark(&mut self, indent: usize, verdict: Verdict, text: &str) {
        let head = format!("{}{} ", " ".repeat(indent), self.style.mark(verdict));
        self.hang(&head, indent + 2, (Tone::Plain, text));
    }

    /// Adds a text behind a label.
    pub fn field(&mut self, indent: usize, label: &str, text: &str) {
        let label = self.style.paint(Tone::Aside, &format!("{label:<LABEL$}"));
        self.hang(&format!("{}{label}", " ".repeat(indent)), indent + LABEL, (Tone::Plain, text));
    }

    /// Adds an empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    pub fn into_text(self) -> String {
        self.text
    }

    // Further lines begin below the first, behind the head that takes so many columns.
    fn hang(&mut self, head: &str, columns: usize, (tone, body): (Tone, &str)) {
        let width = self.style.width.saturating_sub(columns).max(1);
        for (number, line) in wrap(&visible(body), width).iter().enumerate() {
            let blank = " ".repeat(columns);
            let start = if number == 0 { head } else { blank.as_str() };
            self.text.push_str(&format!("{start}{}\n", self.style.paint(tone, line)));
        }
    }
}

// Breaks at spaces only; at least one line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            let space = if used > 0 { " " } else { "" };
            line.push_str(space);
            line.push_str(word);
            used += space.len() + length;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Colour;

    fn marked(width: usize, text: &str) -> String {
        let mut lines = Lines::new(Style { colour: Colour::Off, width });
        lines.mark(2, Verdict::Passed, text);
        lines.into_text()
    }

    #[test]
    fn further_lines_begin_below_the_first_and_words_stay_whole() {
        assert_eq!(marked(14, "one two three four"), "  ✓ one two\n    three four\n");
        assert_eq!(marked(6, "incomprehensible it is"), "  ✓ incomprehensible\n    it\n    is\n");
    }

    #[test]
    fn two_spaces_between_words_stay_inside_a_line() {
        assert_eq!(marked(40, "rs1 50  rs2 50"), "  ✓ rs1 50  rs2 50\n");
    }

    #[test]
    fn colours_take_no_columns_and_end_on_their_line() {
        let mut lines = Lines::new(Style { colour: Colour::On, width: 6 });
        lines.add(2, Tone::Title, "ab cd");
        assert_eq!(lines.into_text(), "  \u{1b}[1mab\u{1b}[0m\n  \u{1b}[1mcd\u{1b}[0m\n");
    }
}
