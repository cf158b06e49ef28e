use super::excerpt::Excerpt;
use super::{Diagnostic, Lines, Position, Severity};
use crate::lab::Source;
use crate::text::{Ink, Style, columns, visible, wrapped};

/// The most diagnostics of a file that a person is shown.
pub const MOST_SHOWN: usize = 100;

/// The diagnostics for a person: each with its line, the piece that is meant underlined, and what
/// repairs it; at the end how many there are. Of very many the first errors are shown.
pub fn text(source: &Source, diagnostics: &[Diagnostic], style: Style) -> String {
    let page = Page { name: visible(&source.name), lines: Lines::of(&source.text), style };
    let shown = shown(diagnostics);
    let mut parts: Vec<_> = shown.iter().map(|d| page.diagnostic(d)).collect();
    parts.extend(page.count(diagnostics, diagnostics.len() - shown.len()));
    parts.join("\n")
}

/// What is shown of very many diagnostics: the first errors, before any warning, in their order.
fn shown(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    let mut room = (errors.min(MOST_SHOWN), MOST_SHOWN.saturating_sub(errors));
    let has_room = |diagnostic: &&Diagnostic| {
        let left = match diagnostic.severity {
            Severity::Error => &mut room.0,
            Severity::Warning => &mut room.1,
        };
        let fits = *left > 0;
        *left = left.saturating_sub(1);
        fits
    };
    diagnostics.iter().filter(has_room).collect()
}

/// What a diagnostic is written on.
struct Page<'s> {
    name: String,
    lines: Lines<'s>,
    style: Style,
}

impl Page<'_> {
    fn diagnostic(&self, diagnostic: &Diagnostic) -> String {
        let position = diagnostic.position;
        let digits = position.map_or(1, |p| p.line.to_string().len());
        let mut text = self.headline(diagnostic);
        text += &self.arrow(position, digits);
        if let Some(position) = position {
            text += &self.excerpt(position, diagnostic.severity, digits);
        }
        text + &self.help(diagnostic, digits)
    }

    fn paint(&self, ink: Ink, text: &str) -> String {
        self.style.colour.paint(ink, text)
    }

    fn wrapped(&self, text: &str, before: usize) -> Vec<String> {
        wrapped(&visible(text), self.style.width, before)
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
        let name = &self.name;
        match position {
            Some(p) => format!("{:digits$} {arrow} {name}:{}:{}\n", "", p.line, p.column),
            None => format!("{:digits$} {arrow} {name}\n", ""),
        }
    }

    fn excerpt(&self, position: Position, severity: Severity, digits: usize) -> String {
        let bar = |number: &str| self.paint(Ink::BoldBlue, &format!(" {number:>digits$} |"));
        let room = self.style.width.map(|w| w.saturating_sub(digits + 4));
        let Some(line) = self.lines.line(position.line) else { return String::new() };
        let Excerpt { line, before, length } = Excerpt::of(line, position, room);
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

    fn count(&self, diagnostics: &[Diagnostic], more: usize) -> Option<String> {
        let of = |severity| {
            let number = diagnostics.iter().filter(|d| d.severity == severity).count();
            let plural = if number == 1 { "" } else { "s" };
            let words = format!("{} {severity}{plural}", grouped(number));
            (number > 0).then(|| self.paint(ink(severity), &words))
        };
        let counts: Vec<_> =
            [Severity::Error, Severity::Warning].into_iter().filter_map(of).collect();
        let name = &self.name;
        let more = match more {
            0 => String::new(),
            more => format!("and {} more\n\n", grouped(more)),
        };
        (!counts.is_empty()).then(|| format!("{more}{name}: {}\n", counts.join(", ")))
    }
}

fn ink(severity: Severity) -> Ink {
    match severity {
        Severity::Error => Ink::BoldRed,
        Severity::Warning => Ink::BoldYellow,
    }
}

/// A number with its thousands apart, as in `3,900`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(|group| String::from_utf8_lossy(group)).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;
    use crate::lab::Place;

    fn diagnostic(severity: Severity, number: usize) -> Diagnostic {
        Diagnostic {
            code: Code("L000"),
            severity,
            message: format!("fault {number}"),
            at: Place::root(),
            position: Some(Position { line: number, column: 1, length: 1 }),
            help: "help".to_owned(),
        }
    }

    fn shown_of(diagnostics: &[Diagnostic]) -> String {
        let text = "line\n".repeat(diagnostics.len());
        let source = Source { name: "lab.yaml".to_owned(), text };
        super::text(&source, diagnostics, Style::default())
    }

    #[test]
    fn of_four_thousand_errors_one_hundred_are_shown_and_the_rest_is_counted() {
        let all: Vec<_> = (1..=4000).map(|n| diagnostic(Severity::Error, n)).collect();
        let text = shown_of(&all);
        assert_eq!(text.matches("error[L000]").count(), 100);
        assert!(text.ends_with("\n\nand 3,900 more\n\nlab.yaml: 4,000 errors\n"), "{text}");
    }

    #[test]
    fn an_error_behind_a_hundred_warnings_is_shown_before_any_of_them_is_left_out() {
        let warnings = (1..=150).map(|n| diagnostic(Severity::Warning, n));
        let all: Vec<_> = warnings.chain([diagnostic(Severity::Error, 151)]).collect();
        let text = shown_of(&all);
        assert_eq!(text.matches("warning[L000]").count(), 99);
        assert!(text.contains("fault 99\n") && !text.contains("fault 100\n"), "{text}");
        assert!(text.contains("error[L000]: fault 151"), "{text}");
        assert!(text.contains("and 51 more"), "{text}");
    }

    #[test]
    fn nothing_in_a_diagnostic_moves_the_cursor() {
        let strange = "\u{1b}[31m\u{9b}2J\u{202e}\u{7f}\r";
        let mut one = diagnostic(Severity::Error, 1);
        (one.message, one.help) = (strange.to_owned(), strange.to_owned());
        let source = Source { name: strange.to_owned(), text: strange.to_owned() + "x" };
        let text = super::text(&source, &[one], Style::default());
        let moves = |c: &char| c.is_control() && *c != '\n' || *c == '\u{202e}';
        assert_eq!(text.chars().find(moves), None, "{text}");
    }
}
