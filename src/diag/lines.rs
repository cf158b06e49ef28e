use super::Position;
use std::ops::Range;

/// How many bytes lie between two marks of how many characters there are before.
const STRIDE: usize = 256;

/// A text whose lines and columns are found without reading it from its beginning.
#[derive(Clone, Debug)]
pub struct Lines<'t> {
    text: &'t str,
    /// The byte at which each line begins.
    starts: Vec<usize>,
    /// The number of characters that begin before each `STRIDE`th byte.
    characters: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Reads the text once.
    pub fn of(text: &'t str) -> Self {
        let (mut starts, mut characters) = (vec![0], Vec::new());
        let mut count = 0;
        for (index, byte) in text.bytes().enumerate() {
            if index % STRIDE == 0 {
                characters.push(count);
            }
            // The bytes behind a character's first one are 10xxxxxx (RFC 3629).
            count += usize::from(byte & 0xc0 != 0x80);
            if byte == b'\n' {
                starts.push(index + 1);
            }
        }
        Self { text, starts, characters }
    }

    /// The text itself.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// A line without its end; lines count from 1.
    pub fn line(&self, number: usize) -> Option<&'t str> {
        let start = *self.starts.get(number.checked_sub(1)?)?;
        let end = self.starts.get(number).map_or(self.text.len(), |next| next - 1);
        let line = &self.text[start..end];
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// The position of a piece of the text, given in bytes. Of a piece of several lines it is the
    /// part in the first one, and of what is behind the last line the end of that line.
    pub fn position(&self, piece: Range<usize>) -> Position {
        let last = self.text.trim_end().len();
        let start = if piece.start > last && self.in_a_line_behind(piece.start, last) {
            last
        } else {
            piece.start.min(self.text.len())
        };
        let line = self.starts.partition_point(|begin| *begin <= start);
        let end_of_line = self.starts[line - 1] + self.line(line).map_or(0, str::len);
        let end = piece.end.clamp(start, end_of_line.max(start));
        let column = self.before(start) - self.before(self.starts[line - 1]) + 1;
        let length = (self.before(end) - self.before(start)).max(1);
        Position { line, column, length }
    }

    fn in_a_line_behind(&self, at: usize, last: usize) -> bool {
        self.text[last..at.min(self.text.len())].contains('\n')
    }

    /// How many characters begin before a byte.
    fn before(&self, at: usize) -> usize {
        let mark = at / STRIDE;
        let Some(known) = self.characters.get(mark) else {
            return self.characters.last().map_or(0, |known| {
                let rest = (self.characters.len() - 1) * STRIDE;
                known + begun(&self.text.as_bytes()[rest..at])
            });
        };
        known + begun(&self.text.as_bytes()[mark * STRIDE..at])
    }
}

/// How many characters begin in these bytes.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The position of the piece that the text has once.
    fn position(text: &str, piece: &str) -> (usize, usize, usize) {
        let start = text.find(piece).unwrap();
        let Position { line, column, length } =
            Lines::of(text).position(start..start + piece.len());
        (line, column, length)
    }

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        assert_eq!(position("ab\ncd", "ab"), (1, 1, 2));
        assert_eq!(position("ab\r\n轮: 询\n", "询"), (2, 4, 1));
        assert_eq!(position("a: |\n  b\n", "|\n  b"), (1, 4, 1));
    }

    #[test]
    fn columns_of_a_long_line_are_right_at_every_stride() {
        for length in [STRIDE - 2, STRIDE - 1, STRIDE, STRIDE + 1, 5 * STRIDE] {
            let text = format!("x\n{}!", "é".repeat(length));
            assert_eq!(position(&text, "!"), (2, length + 1, 1));
        }
    }

    #[test]
    fn what_is_behind_the_last_line_is_shown_at_its_end() {
        let text = "a: [\n\n\n";
        let Position { line, column, length } = Lines::of(text).position(7..7);
        assert_eq!((line, column, length), (1, 5, 1));
        assert_eq!(Lines::of("").position(0..0), Position { line: 1, column: 1, length: 1 });
    }

    #[test]
    fn a_line_has_no_end_of_line() {
        let lines = Lines::of("a\r\nb\n");
        assert_eq!([1, 2, 3, 4].map(|n| lines.line(n)), [Some("a"), Some("b"), Some(""), None]);
        assert_eq!(lines.line(0), None);
    }
}
