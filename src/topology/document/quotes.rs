//! Quotes and brackets of a text that is no YAML.

/// Where the text in quotes begins that ends at a byte, or before it with nothing between, and is
/// spread over lines: what was to be closed in its line is closed by the next one's opening quote.
pub fn open_before(text: &str, at: usize) -> Option<usize> {
    let mut last = None;
    scan(text, 0, |begin, end| {
        if end <= at {
            last = Some((begin, end));
        }
        end < at
    });
    let (begin, end) = last?;
    let between = text.get(end..at)?;
    (between.trim().is_empty() && text[begin..end].contains('\n')).then_some(begin)
}

/// Whether the bracket at a byte is closed by the end of the text.
pub fn is_closed(text: &str, open: usize) -> bool {
    let mut depth = 0;
    let mut pieces = Vec::new();
    scan(text, open, |begin, end| {
        pieces.push(begin..end);
        true
    });
    let mut quoted = pieces.into_iter().peekable();
    for (at, letter) in text.char_indices().skip_while(|(at, _)| *at < open) {
        while quoted.next_if(|piece| piece.end <= at).is_some() {}
        if quoted.peek().is_some_and(|piece| piece.contains(&at)) {
            continue;
        }
        match letter {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return true;
        }
    }
    false
}

/// Calls with the bytes of each text in quotes, and of each comment, from a byte on until told to
/// stop.
fn scan(text: &str, from: usize, mut piece: impl FnMut(usize, usize) -> bool) {
    let (mut at, mut before) = (from, '\n');
    while let Some(letter) = text[at..].chars().next() {
        let opens = !before.is_alphanumeric() && !matches!(before, '"' | '\'');
        let end = match letter {
            '"' | '\'' if opens => Some(end_of_quotes(text, at, letter)),
            '#' if before.is_whitespace() => {
                Some(text[at..].find('\n').map_or(text.len(), |end| at + end))
            }
            _ => None,
        };
        if end.is_some_and(|end| !piece(at, end)) {
            return;
        }
        at = end.unwrap_or(at + letter.len_utf8());
        before = text[..at].chars().next_back().unwrap_or('\n');
    }
}

/// The byte behind the closing quote; a backslash escapes in double quotes.
fn end_of_quotes(text: &str, open: usize, quote: char) -> usize {
    let mut letters = text[open + 1..].char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if quote == '"' => drop(letters.next()),
            letter if letter == quote => return open + 1 + at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_that_the_next_one_closes_is_found() {
        let text = "a: \"b\nc: \"d\"\n";
        assert_eq!(open_before(text, 10), Some(3));
        assert_eq!(open_before("a: \"b\"\nc: d", 8), None);
        assert_eq!(open_before("a: it's\nb: 'c' d", 15), None);
    }

    #[test]
    fn a_bracket_is_closed_by_its_own_one_and_not_in_quotes_or_comments() {
        assert!(is_closed("[a, [b]]", 0));
        assert!(is_closed("x: { a: \"}\" }", 3));
        for open in ["[a, [b]", "[a, \"]\"", "[a # ]\nb: [c]"] {
            assert!(!is_closed(open, 0), "{open}");
        }
    }
}
