use super::Severity;

/// Whether ANSI escape sequences colour the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// Nothing but text.
    #[default]
    Plain,
    /// ANSI colours (ECMA-48, SGR).
    Ansi,
}

/// How a text is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The columns of the terminal; none means that lines may be of any length.
    pub width: Option<usize>,
    /// Colours or none.
    pub colour: Colour,
}

/// What a piece of text is, and so how it is painted.
#[derive(Clone, Copy, Debug)]
pub enum Ink {
    /// What a severity is painted with.
    Of(Severity),
    /// Line numbers and the lines around the excerpt.
    Frame,
    /// What stands out without a colour.
    Bold,
}

impl Colour {
    /// The text in this ink.
    pub fn paint(self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Of(Severity::Error) => "1;31",
            Ink::Of(Severity::Warning) => "1;33",
            Ink::Frame => "1;34",
            Ink::Bold => "1",
        };
        match self {
            Self::Ansi if !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            _ => text.to_owned(),
        }
    }
}

/// The text in lines of at most `width` columns, broken at spaces; the first line is shorter by
/// what stands before it. A word that is longer than a line keeps a line to itself.
pub fn wrapped(text: &str, width: Option<usize>, before: usize) -> Vec<String> {
    let text: String = text.chars().map(printable).collect();
    let Some(width) = width else { return vec![text] };
    let mut lines = vec![String::new()];
    let mut used = before;
    for word in text.split_whitespace() {
        let length = columns(word);
        let line = lines.last_mut().filter(|l| l.is_empty() || used + 1 + length <= width);
        match line {
            Some(line) => {
                let gap = if line.is_empty() { "" } else { " " };
                line.push_str(gap);
                line.push_str(word);
                used += gap.len() + length;
            }
            None => {
                lines.push(word.to_owned());
                used = before + length;
            }
        }
    }
    lines
}

/// The letter, or `�` for a control character: none gets from a file to the terminal.
pub fn printable(letter: char) -> char {
    if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }
}

/// How many columns a text takes on a terminal.
pub fn columns(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// One column, or two for the wide letters of East Asia (Unicode Standard Annex 11).
pub fn width_of(letter: char) -> usize {
    const WIDE: [std::ops::RangeInclusive<u32>; 8] = [
        0x1100..=0x115f,
        0x2e80..=0xa4cf,
        0xac00..=0xd7a3,
        0xf900..=0xfaff,
        0xfe30..=0xfe6f,
        0xff00..=0xff60,
        0x1f300..=0x1faff,
        0x20000..=0x3fffd,
    ];
    1 + usize::from(WIDE.iter().any(|range| range.contains(&u32::from(letter))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces() {
        assert_eq!(wrapped("one two three", Some(7), 0), ["one two", "three"]);
        assert_eq!(wrapped("one two three", Some(9), 3), ["one", "two", "three"]);
        assert_eq!(wrapped("immeasurable", Some(4), 0), ["immeasurable"]);
        assert_eq!(wrapped("one two", None, 0), ["one two"]);
    }

    #[test]
    fn a_chinese_letter_takes_two_columns() {
        assert_eq!(columns("a轮询"), 5);
    }
}
