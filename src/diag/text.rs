use super::excerpt::Excerpt;
use super::{Diagnostic, Located, Position, Severity};
use crate::lab::Source;
use crate::text::{Ink, Style, columns, printable, wrapped};

/// The diagnostics for a person: each with its line, the piece that is meant underlined, and what
/// mends it; at the end how many there are.
pub fn text(source: &Source, diagnostics: &[Located], style: Style) -> String {
    let page = Page { source, style };
    let mut parts: Vec<_> = diagnostics.iter().map(|d| page.diagnostic(d)).collect();
    parts.extend(page.count(diagnostics));
    parts.join("\n")
}

/// What a diagnostic is written on.
struct Page<'s> {
    source: &'s Source,
    style: Style,
}

impl Page<'_> {
    fn diagnostic(&self, located: &Located) -> String {
        let Located { diagnostic, position } = located;
        let digits = position.map_or(1, |p| p.line.to_string().len());
        let mut text = self.headline(diagnostic);
        text += &self.arrow(*position, digits);
        if let Some(position) = position {
            text += &self.excerpt(*position, diagnostic.severity, digits);
        }
        text + &self.help(diagnostic, digits)
    }

    fn paint(&self, ink: Ink, text: &str) -> String {
        self.style.colour.paint(ink, text)
    }

    fn wrapped(&self, text: &str, before: usize) -> Vec<String> {
        let text: String = text.chars().map(printable).collect();
        wrapped(&text, self.style.width, before)
    }

    fn headline(&self, diagnostic: &Diagnostic) -> String {
        let label = format!("{}[{}]", diagnostic.severity, diagnostic.code);
        let before = columns(&label) + 2;
        let lines = self.wrapped(&diagnostic.message, before);
        let lines: Vec<_> = lines.iter().map(|line| self.paint(Ink::Bold, line)).collect();
        let label = self.paint(ink(diagnostic.severity), &label);
        format!("{label}: {}\n", lines.join(&format!("\n{:before$}", "")))
    }

    fn arrow(&self, position: Option<Position>, digits: usize) -> String {
        let arrow = self.paint(Ink::BoldBlue, "-->");
        let name = &self.source.name;
        match position {
            Some(p) => format!("{:digits$} {arrow} {name}:{}:{}\n", "", p.line, p.column),
            None => format!("{:digits$} {arrow} {name}\n", ""),
        }
    }

    fn excerpt(&self, position: Position, severity: Severity, digits: usize) -> String {
        let bar = |number: &str| self.paint(Ink::BoldBlue, &format!(" {number:>digits$} |"));
        let room = self.style.width.map(|w| w.saturating_sub(digits + 4));
        let Some(Excerpt { line, before, length }) = Excerpt::of(&self.source.text, position, room)
        else {
            return String::new();
        };
        let mark = self.paint(ink(severity), &"^".repeat(length));
        let line = format!("{} {line}", bar(&position.line.to_string()));
        format!("{}\n{}\n{} {:before$}{mark}\n", bar(""), line.trim_end(), bar(""), "")
    }

    fn help(&self, diagnostic: &Diagnostic, digits: usize) -> String {
        let before = digits + "  = help: ".len();
        let lines = self.wrapped(&diagnostic.help, before);
        let (sign, label) = (self.paint(Ink::BoldBlue, "="), self.paint(Ink::Bold, "help:"));
        let lines = lines.join(&format!("\n{:before$}", ""));
        format!("{:digits$}  {sign} {label} {lines}\n", "")
    }

    fn count(&self, diagnostics: &[Located]) -> Option<String> {
        let of = |severity| {
            let number = diagnostics.iter().filter(|d| d.diagnostic.severity == severity).count();
            let plural = if number == 1 { "" } else { "s" };
            let words = format!("{number} {severity}{plural}");
            (number > 0).then(|| self.paint(ink(severity), &words))
        };
        let counts: Vec<_> =
            [Severity::Error, Severity::Warning].into_iter().filter_map(of).collect();
        let name = &self.source.name;
        (!counts.is_empty()).then(|| format!("{name}: {}\n", counts.join(", ")))
    }
}

fn ink(severity: Severity) -> Ink {
    match severity {
        Severity::Error => Ink::BoldRed,
        Severity::Warning => Ink::BoldYellow,
    }
}
