use crate::diag::{Diagnostic, Lines, Position};
use crate::lab::{Place, Segment, Source};

/// The key of a table of ipvsadm's.
const KEY: &str = "ipvsadm";

/// A topology with this table, as if the file had it under `ipvsadm`; nothing if it has one
/// already.
pub fn with_table(source: &Source, table: &str) -> Option<Source> {
    if source.text.lines().any(|line| line.starts_with("ipvsadm:")) {
        return None;
    }
    let lines: String = table.lines().map(|line| format!("  {}\n", line.trim())).collect();
    let text = format!("{}\n\n{KEY}: |\n{lines}", source.text.trim_end());
    Some(Source { name: source.name.clone(), text })
}

/// Whether a diagnostic is about a word of the table.
pub fn is_in_table(diagnostic: &Diagnostic) -> bool {
    word_of_table(&diagnostic.at).is_some()
}

/// Diagnostics about words of a table with the lines and columns that they have in its own text.
pub fn placed_in_table(table: &str, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let lines = Lines::of(table);
    let placed = |diagnostic: Diagnostic| {
        let word = word_of_table(&diagnostic.at);
        diagnostic.shown_at(word.and_then(|(line, word)| position(&lines, line + 1, word)))
    };
    diagnostics.into_iter().map(placed).collect()
}

/// The line and the word in the table, both from 0.
pub fn word_of_table(at: &Place) -> Option<(usize, usize)> {
    match at.path.as_slice() {
        [Segment::Key(key), Segment::Index(line), Segment::Index(word)] if key == KEY => {
            Some((*line, *word))
        }
        _ => None,
    }
}

/// Where a word (from 0) of a line (from 1) is.
pub fn position(lines: &Lines<'_>, number: usize, word: usize) -> Option<Position> {
    let line = lines.line(number)?;
    // White space of ASCII parts words; a letter that only looks like it is part of one.
    let mut rest = line.trim_ascii_start();
    for _ in 0..word {
        rest = rest.trim_start_matches(|c: char| !c.is_ascii_whitespace()).trim_ascii_start();
    }
    let length = rest.chars().take_while(|c| !c.is_ascii_whitespace()).count();
    let column = line.chars().count() - rest.chars().count() + 1;
    (length > 0).then_some(Position { line: number, column, length })
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::*;

    const HEAD: &str = "name: lab\ndirectors: {}\n";

    /// What the faults of a topology underline.
    fn underlined(table: &str) -> Vec<String> {
        let source = Source { name: "lab.yaml".to_owned(), text: format!("{HEAD}{table}") };
        let faults = load(&source).unwrap_err();
        let table: Vec<_> = faults.into_iter().filter(is_in_table).collect();
        let shown = |fault: &Diagnostic| {
            let Position { line, column, length } = fault.position.unwrap();
            let line = source.text.lines().nth(line - 1).unwrap();
            line.chars().skip(column - 1).take(length).collect()
        };
        table.iter().map(shown).collect()
    }

    #[test]
    fn a_word_of_a_table_is_found_in_the_file() {
        let literal = "ipvsadm: |\n\n  # a comment\n    -A -t 10.0.0.1:80 -s  rr -q\n  -Z\n";
        // The service itself has no director.
        assert_eq!(underlined(literal), ["10.0.0.1:80", "-q", "-Z"]);
    }

    #[test]
    fn of_a_table_in_another_style_the_whole_text_is_found() {
        assert_eq!(underlined("ipvsadm: '-A -t www:80'\n"), ["'-A -t www:80'"]);
        assert_eq!(underlined("ipvsadm: >\n  -A -t\n  www:80\n"), [">"]);
    }

    #[test]
    fn a_table_that_comes_beside_a_topology_is_as_one_in_it() {
        let source = Source { name: "lab.yaml".to_owned(), text: HEAD.to_owned() };
        let whole = with_table(&source, "-A -t 10.0.0.1:80\n\n").unwrap();
        assert_eq!(whole.text, format!("{HEAD}\nipvsadm: |\n  -A -t 10.0.0.1:80\n  \n"));
        assert_eq!(with_table(&whole, "-A -t 10.0.0.1:80"), None);
    }
}
