use super::Diagnostic;
use crate::lab::Source;
use crate::text::visible;
use serde::Serialize;
use serde_json::Value;

/// A diagnostic for editors; lines and columns count from 1, in characters.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'d> {
    code: &'d str,
    severity: super::Severity,
    message: String,
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// The column behind the last character.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
    help: String,
}

/// The diagnostics for a program: a list of objects with `code`, `severity`, `message`, `file`,
/// `line`, `column`, `endColumn` and `help`; without a position where the text has none.
pub fn json(source: &Source, diagnostics: &[Diagnostic]) -> Value {
    let entry = |diagnostic: &Diagnostic| {
        let position = diagnostic.position;
        serde_json::to_value(Entry {
            code: diagnostic.code.0,
            severity: diagnostic.severity,
            message: visible(&diagnostic.message),
            file: visible(&source.name),
            line: position.map(|p| p.line),
            column: position.map(|p| p.column),
            end_column: position.map(|p| p.column + p.length),
            help: visible(&diagnostic.help),
        })
    };
    // Texts and numbers under fixed names always serialize.
    diagnostics.iter().filter_map(|d| entry(d).ok()).collect()
}
