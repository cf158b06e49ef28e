//! The lines of a text that is no YAML, as a person who writes them by hand sees them.

use std::ops::Range;

/// The line of a byte, without its end.
pub fn line_of(text: &str, at: usize) -> Range<usize> {
    let begin = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    begin..begin + text[begin..end].trim_end().len()
}

/// The last line above that says something.
pub fn line_above(text: &str, at: usize) -> Option<Range<usize>> {
    let mut begin = line_of(text, at).start;
    while begin > 0 {
        let line = line_of(text, begin - 1);
        let said = text[line.clone()].trim_start();
        if !said.is_empty() && !said.starts_with('#') {
            return Some(line);
        }
        begin = line.start;
    }
    None
}

/// By how many spaces the line of a byte is indented.
pub fn indentation(text: &str, at: usize) -> usize {
    let line = line_of(text, at);
    text[line.clone()].len() - text[line].trim_start().len()
}

/// What the line of a byte says: without indentation, the dashes of lists, and a comment.
pub fn content(text: &str, at: usize) -> Range<usize> {
    let line = line_of(text, at);
    let mut begin = line.start + indentation(text, at);
    while let Some(rest) = text[begin..line.end].strip_prefix("- ") {
        begin = line.end - rest.trim_start().len();
    }
    let comment = text[begin..line.end].find(" #").map_or(line.end, |end| begin + end);
    begin..begin + text[begin..comment].trim_end().len()
}

/// What is wrong with a line that was to be `key: value`, and how it is written.
pub fn mended(line: &str) -> Option<(String, String)> {
    if line.starts_with("//") || line.starts_with(';') {
        return Some(("this is no comment".to_owned(), "begin comments with `#`".to_owned()));
    }
    let (key, rest) = line.split_at(key_length(line)?);
    let value = rest.trim_start().trim_start_matches(['=', ':']).trim_start();
    let with_value = |message: String| Some((message, format!("write `{key}: {value}`")));
    match rest.chars().next() {
        None => Some((format!("no colon stands behind `{key}`"), format!("write `{key}:`"))),
        Some(':') if rest.len() > 1 && !rest.starts_with(": ") => {
            with_value(format!("no space stands behind the colon of `{key}:`"))
        }
        Some('=') => with_value(format!("a key ends with a colon, and `{key}` has `=`")),
        Some(' ') if rest.trim_start().starts_with('=') => {
            with_value(format!("a key ends with a colon, and `{key}` has `=`"))
        }
        Some(' ') if !line.contains(": ") && !line.ends_with(':') => {
            with_value(format!("no colon stands behind `{key}`"))
        }
        Some(_) => None,
    }
}

/// The same for a key with nothing behind it, which has its value in itself.
pub fn joined(key: &str) -> Option<(String, String)> {
    mended(key).filter(|_| key.contains([':', '=', '{', '[']))
}

/// Whether a word may be a key.
pub fn is_key(word: &str) -> bool {
    key_length(word) == Some(word.len())
}

/// A text in quotes that leave each of its letters what it is.
pub fn in_quotes(text: &str) -> String {
    if text.contains(['"', '\\']) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{text}\"")
    }
}

/// How many bytes a word that may be a key has.
fn key_length(line: &str) -> Option<usize> {
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let length = line.find(|c| !is_key(c)).unwrap_or(line.len());
    line.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_mended_by_what_it_lacks() {
        let help = |line| mended(line).map(|(_, help)| help);
        assert_eq!(help("port:80").as_deref(), Some("write `port: 80`"));
        assert_eq!(help("port = 80").as_deref(), Some("write `port: 80`"));
        assert_eq!(
            help("net.ipv4.ip_forward=1").as_deref(),
            Some("write `net.ipv4.ip_forward: 1`")
        );
        assert_eq!(help("port 80").as_deref(), Some("write `port: 80`"));
        assert_eq!(help("networks").as_deref(), Some("write `networks:`"));
        assert_eq!(help("// a note").as_deref(), Some("begin comments with `#`"));
        for right in ["port: 80", "networks:", "10.0.0.1", "[a, b]", "two words: x"] {
            assert_eq!(help(right), None, "{right}");
        }
    }

    #[test]
    fn what_a_line_says_has_no_dash_and_no_comment() {
        let text = "a:\r\n  - b: c # d\r\n";
        assert_eq!(&text[content(text, 6)], "b: c");
        assert_eq!((indentation(text, 6), line_above(text, 6)), (2, Some(0..2)));
    }
}
