/// A text with its control characters, and those that change the direction of writing, written as
/// escapes: what a command or a server said must not move the cursor of who reads about it.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if moves_cursor(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The same of a text of several lines, which it keeps; an empty line at the end is left out.
pub fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// The first line of a text, and `…` if there are more.
pub fn first_line(text: &str) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or_default();
    if lines.next().is_none() { first.to_owned() } else { format!("{first} …") }
}

/// The letter, or `�` for one that would move the cursor: none gets from a file to the terminal.
pub fn printable(letter: char) -> char {
    if moves_cursor(letter) { char::REPLACEMENT_CHARACTER } else { letter }
}

/// Whether a terminal does something other than show the letter: a control character, the line and
/// the paragraph separator, and what changes the direction of writing.
pub fn moves_cursor(letter: char) -> bool {
    letter.is_control() || is_direction(letter) || matches!(letter, '\u{2028}' | '\u{2029}')
}

// The marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX 9).
fn is_direction(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_the_cursor_is_left() {
        assert_eq!(visible("a\tb\r\nc \u{1b}[31m"), "a\\tb\\r\\nc \\u{1b}[31m");
        assert_eq!(visible("\u{202e}exe.txt"), "\\u{202e}exe.txt");
        assert_eq!(visible("\u{9b}2J\u{7f}"), "\\u{9b}2J\\u{7f}");
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(visible_lines("a\nb\x07\n"), "a\nb\\u{7}");
        assert_eq!(first_line("a\nb\n"), "a …");
        assert_eq!(first_line("a\n"), "a");
    }

    #[test]
    fn words_of_any_language_stay() {
        assert_eq!(visible("größer ✓ `rs1`"), "größer ✓ `rs1`");
    }
}
