use crate::import::Spot;

/// Words of a director's configuration that a line of a sketch comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The director, as a number.
    pub director: usize,
    /// The words.
    pub spot: Spot,
}

/// Lines of a topology file, each with where it comes from.
#[derive(Debug, Default)]
pub struct Page {
    lines: Vec<(String, Option<Origin>)>,
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
        self.lines.extend(text.as_ref().split('\n').map(|line| (line.to_owned(), origin)));
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
        self.lines.iter().map(|(line, _)| format!("{line}\n")).collect()
    }

    /// Where each line comes from.
    pub fn origins(&self) -> Vec<Option<Origin>> {
        self.lines.iter().map(|(_, origin)| *origin).collect()
    }
}
