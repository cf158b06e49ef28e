use std::fmt::Display;

/// A text in the making that is indented by blocks.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    depth: usize,
}

impl Page {
    /// A line at the present depth.
    pub fn line(&mut self, words: impl Display) {
        let indent = 4 * self.depth;
        self.text.push_str(format!("{:indent$}{words}", "").trim_end());
        self.text.push('\n');
    }

    /// A comment at the present depth.
    pub fn comment(&mut self, words: impl Display) {
        self.line(format_args!("# {words}"));
    }

    /// An empty line, unless it would be the first.
    pub fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// A line, and what belongs to it one step deeper.
    pub fn indented(&mut self, head: impl Display, body: impl FnOnce(&mut Self)) {
        self.line(head);
        self.depth += 1;
        body(self);
        self.depth -= 1;
    }

    /// `head {`, the body, `}`.
    pub fn block(&mut self, head: impl Display, body: impl FnOnce(&mut Self)) {
        self.indented(format_args!("{head} {{"), body);
        self.line("}");
    }

    /// What was written.
    pub fn into_text(self) -> String {
        self.text
    }
}
