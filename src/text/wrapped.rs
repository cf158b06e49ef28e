/// The text in lines of at most `width` columns, broken at single spaces, what stands before each
/// line counted in. A word that is longer than a line keeps a line to itself.
pub fn wrapped(text: &str, width: Option<usize>, before: usize) -> Vec<String> {
    let Some(width) = width else { return vec![text.to_owned()] };
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = columns(word);
        if used > 0 && before + used + 1 + length > width {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            let space = if used > 0 { " " } else { "" };
            line.push_str(space);
            line.push_str(word);
            used += space.len() + length;
        }
    }
    lines
}

/// The text in at most `width` columns; where its end is left out, `…` stands for it.
pub fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let fits = |letter: &char| {
        let rest = left.checked_sub(width_of(*letter));
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    text.chars().take_while(fits).chain(['…']).collect()
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
    fn two_spaces_between_words_stay_inside_a_line() {
        assert_eq!(wrapped("rs1 50  rs2 50", Some(40), 4), ["rs1 50  rs2 50"]);
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("轮询轮询", 6), "轮询…");
    }

    #[test]
    fn a_chinese_letter_takes_two_columns() {
        assert_eq!(columns("a轮询"), 5);
    }
}
