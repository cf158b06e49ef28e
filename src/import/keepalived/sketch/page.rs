use crate::import::Spot;

/// Words of a director's configuration that a line of a sketch comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The director, as a number.
    pub director: usize,
    /// The words.
    pub spot: Spot,
}

/// A part of a line, and where it comes from.
pub type Item = (String, Option<Origin>);

/// A line of a topology file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    text: String,
    origin: Option<Origin>,
    /// Where parts of it come from: the column behind each, counted from 1.
    parts: Vec<(usize, Option<Origin>)>,
}

impl Line {
    /// Where a column comes from, counted from 1.
    pub fn origin(&self, column: usize) -> Option<Origin> {
        let part = self.parts.iter().find(|(end, _)| column < *end);
        part.and_then(|(_, origin)| *origin).or(self.origin)
    }
}

/// Lines of a topology file, each with where it comes from.
#[derive(Debug, Default)]
pub struct Page {
    lines: Vec<Line>,
    origin: Option<Origin>,
}

impl Page {
    /// Where the next lines come from.
    pub fn said(&mut self, director: usize, spot: Spot) {
        self.origin = Some(Origin { director, spot });
    }

    /// The next lines come from no words of a file.
    pub fn unsaid(&mut self) {
        self.origin = None;
    }

    /// Adds a line, or several.
    pub fn line(&mut self, text: impl AsRef<str>) {
        let origin = self.origin;
        let line = |text: &str| Line { text: text.to_owned(), origin, parts: Vec::new() };
        self.lines.extend(text.as_ref().split('\n').map(line));
    }

    /// Adds a line with a list, each item of which comes from words of its own.
    pub fn list(&mut self, key: &str, items: &[Item]) {
        self.items(format!("{key}: ["), items, "]");
    }

    /// The same of a mapping.
    pub fn mapping(&mut self, key: &str, items: &[Item]) {
        self.items(format!("{key}: {{ "), items, " }");
    }

    fn items(&mut self, mut text: String, items: &[Item], end: &str) {
        let mut parts = vec![(text.chars().count() + 1, None)];
        for (number, (item, origin)) in items.iter().enumerate() {
            text.push_str(if number > 0 { ", " } else { "" });
            text.push_str(item);
            parts.push((text.chars().count() + 1, *origin));
        }
        self.lines.push(Line { text: text + end, origin: self.origin, parts });
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Adds another page.
    pub fn append(&mut self, mut page: Self) {
        self.lines.append(&mut page.lines);
    }

    /// The text.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{}\n", line.text)).collect()
    }

    /// The lines.
    pub fn lines(self) -> Vec<Line> {
        self.lines
    }
}
