/// The length in characters of the token that `line` begins with; `value` is its text where it is
/// known, as a plain scalar may contain anything.
pub fn length(line: &str, value: Option<&str>) -> usize {
    match line.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(line, quote),
        Some('{') => bracketed(line, '{', '}'),
        Some('[') => bracketed(line, '[', ']'),
        Some('|' | '>') | None => 1,
        Some(' ' | '\t') => line.chars().take_while(|c| c.is_whitespace()).count(),
        Some(_) => match value {
            Some(value) if !value.is_empty() && line.starts_with(value) => value.chars().count(),
            _ => plain(line),
        },
    }
}

/// Whether a token is one of YAML's words for nothing.
pub fn is_null(line: &str) -> bool {
    ["~", "null", "Null", "NULL"].iter().any(|word| {
        line.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

fn quoted(line: &str, quote: char) -> usize {
    let mut letters = line.chars().enumerate().skip(1).peekable();
    while let Some((index, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        let escapes = match quote {
            '"' => letter == '\\',
            _ => letter == quote && next == Some(quote),
        };
        if escapes {
            letters.next();
        } else if letter == quote {
            return index + 1;
        }
    }
    line.trim_end().chars().count()
}

fn bracketed(line: &str, open: char, close: char) -> usize {
    let mut depth = 0;
    for (index, c) in line.chars().enumerate() {
        depth += usize::from(c == open);
        depth -= usize::from(c == close);
        if depth == 0 {
            return index + 1;
        }
    }
    1
}

fn plain(line: &str) -> usize {
    let ends = [": ", " #", ", ", "]", "}"];
    let end = ends.iter().filter_map(|e| line.find(e)).min().unwrap_or(line.len());
    line[..end].trim_end().trim_end_matches([':', ',']).chars().count().max(1)
}
