//! Letters that a file has by mistake: those that YAML does not allow, and those that look like
//! others and are not.

use crate::text::moves_cursor;

/// A letter that is not the one it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookAlike {
    /// The letter.
    pub letter: char,
    /// What it is called.
    pub name: &'static str,
    /// What was meant; nothing if the letter should not be there at all.
    pub meant: Option<char>,
}

/// What word processors, web pages and input methods put into files. Each full-width form of an
/// ASCII letter (U+FF01 to U+FF5E) is one as well.
const LOOK_ALIKES: &[(&str, Option<char>, &[char])] = &[
    ("a colon", Some(':'), &['\u{fe55}', '\u{a789}', '\u{2236}', '\u{fe13}']),
    ("an ideographic comma", Some(','), &['\u{3001}', '\u{ff64}']),
    ("a comma", Some(','), &['\u{fe50}', '\u{60c}', '\u{fe10}']),
    ("an ideographic full stop", Some('.'), &['\u{3002}', '\u{ff61}']),
    ("a hyphen", Some('-'), &['\u{2010}', '\u{2011}', '\u{fe63}']),
    ("a dash", Some('-'), &['\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}']),
    ("a minus sign", Some('-'), &['\u{2212}']),
    ("a bullet", Some('-'), &['\u{2022}', '\u{2043}', '\u{25e6}', '\u{25cf}', '\u{25aa}']),
    ("a bullet", Some('-'), &['\u{b7}', '\u{2023}', '\u{2219}']),
    ("a slash", Some('/'), &['\u{2044}', '\u{2215}']),
    ("a curly quote", Some('"'), &['\u{201c}', '\u{201d}', '\u{201e}', '\u{201f}']),
    ("a curly quote", Some('\''), &['\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}']),
    ("an ideographic bracket", Some('['), &['\u{3010}', '\u{3014}']),
    ("an ideographic bracket", Some(']'), &['\u{3011}', '\u{3015}']),
    ("a no-break space", Some(' '), &['\u{a0}', '\u{202f}', '\u{2007}']),
    ("an ideographic space", Some(' '), &['\u{3000}']),
    ("a space of another width", Some(' '), &['\u{1680}', '\u{205f}']),
    ("an invisible letter", None, &['\u{ad}', '\u{180e}', '\u{2060}', '\u{feff}']),
    ("an invisible letter", None, &['\u{200b}', '\u{200c}', '\u{200d}']),
];

/// What the letter is a look-alike of, if it is one.
pub fn look_alike(letter: char) -> Option<LookAlike> {
    let full_width = matches!(letter, '\u{ff01}'..='\u{ff5e}');
    if full_width {
        let meant = char::from_u32(u32::from(letter) - 0xfee0);
        return Some(LookAlike { letter, name: "a full-width letter", meant });
    }
    if matches!(letter, '\u{2000}'..='\u{200a}') && letter != '\u{2007}' {
        return Some(LookAlike { letter, name: "a space of another width", meant: Some(' ') });
    }
    let row = LOOK_ALIKES.iter().find(|(_, _, letters)| letters.contains(&letter));
    row.map(|(name, meant, _)| LookAlike { letter, name, meant: *meant })
}

/// Letters of other alphabets in the order of the letters of ASCII that look the same.
const HOMOGLYPHS: &[(&str, &str, &str)] = &[
    (
        "a Cyrillic letter",
        "\u{430}\u{435}\u{456}\u{458}\u{43e}\u{440}\u{441}\u{455}\u{443}\u{445}\u{501}\u{4bb}\u{51b}\u{51d}",
        "aeijopcsyxdhqw",
    ),
    (
        "a Cyrillic letter",
        "\u{410}\u{412}\u{415}\u{406}\u{408}\u{41a}\u{41c}\u{41d}\u{41e}\u{420}\u{421}\u{405}\u{422}\u{425}\u{423}",
        "ABEIJKMHOPCSTXY",
    ),
    ("a Greek letter", "\u{3bf}\u{3bd}\u{3c1}", "ovp"),
    (
        "a Greek letter",
        "\u{391}\u{392}\u{395}\u{396}\u{397}\u{399}\u{39a}\u{39c}\u{39d}\u{39f}\u{3a1}\u{3a4}\u{3a5}\u{3a7}",
        "ABEZHIKMNOPTYX",
    ),
];

/// What a letter of another alphabet is a look-alike of, if it is one. In a word of that alphabet it
/// is no mistake.
pub fn homoglyph(letter: char) -> Option<LookAlike> {
    HOMOGLYPHS.iter().find_map(|(name, letters, ascii)| {
        let mut pairs = letters.chars().zip(ascii.chars());
        let (_, meant) = pairs.find(|(known, _)| *known == letter)?;
        Some(LookAlike { letter, name, meant: Some(meant) })
    })
}

/// Whether a word is of ASCII but for letters that look like some of it.
pub fn is_mixed(word: &str) -> bool {
    let mut foreign = word.chars().filter(|letter| !letter.is_ascii());
    word.contains(|letter: char| letter.is_ascii_alphanumeric() || letter == '-')
        && foreign.all(|letter| homoglyph(letter).is_some())
}

/// The first letter of another alphabet in a word that is of ASCII otherwise, and the byte at which
/// it stands.
pub fn first_homoglyph(word: &str) -> Option<(usize, LookAlike)> {
    let mut found = word.char_indices().filter_map(|(at, letter)| Some((at, homoglyph(letter)?)));
    found.next().filter(|_| is_mixed(word))
}

/// The first look-alike of a text, and the byte at which it stands.
pub fn first_look_alike(text: &str) -> Option<(usize, LookAlike)> {
    look_alikes(text).next()
}

/// Whether a key begins with a dash, or with a letter that looks like one.
pub fn begins_with_dash(key: &str) -> bool {
    let first = key.chars().next();
    first.is_some_and(|l| l == '-' || look_alike(l).is_some_and(|found| found.meant == Some('-')))
}

/// Every look-alike of a text, and the byte at which it stands.
pub fn look_alikes(text: &str) -> impl Iterator<Item = (usize, LookAlike)> {
    text.char_indices().filter_map(|(at, letter)| Some((at, look_alike(letter)?)))
}

impl LookAlike {
    /// What is wrong, in words.
    pub fn message(self) -> String {
        let code = format!("U+{:04X}", u32::from(self.letter));
        match self.meant {
            None => format!("{} ({code}) stands here", self.name),
            Some(' ') => format!("{} ({code}) is not a space", self.name),
            Some(meant) => format!("`{}`, {} ({code}), is not `{meant}`", self.letter, self.name),
        }
    }

    /// What repairs it.
    pub fn help(self) -> String {
        match self.meant {
            None => "delete it: no program shows it, and it is part of the word".to_owned(),
            Some(' ') => "type a space in its place".to_owned(),
            Some(meant) => format!("type `{meant}` in its place"),
        }
    }
}

/// The first character that YAML allows nowhere, or in quotes alone (YAML 1.2.2, section 5.1), or
/// that ends a line for some programs and not for others, and the byte at which it stands.
pub fn first_forbidden(text: &str) -> Option<(usize, char)> {
    let is_forbidden = |letter: char| match letter {
        '\t' | '\n' | '\r' => false,
        '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => true,
        other => other.is_control(),
    };
    text.char_indices().find(|(_, letter)| is_forbidden(*letter))
}

/// What mends a text with such a character, and why.
pub fn why_forbidden(letter: char) -> &'static str {
    match letter {
        '\u{85}' | '\u{2028}' | '\u{2029}' => {
            "end the line there, or delete it: in YAML 1.1 it ends a line, in YAML 1.2 it does not \
             (YAML 1.2.2, section 5.4)"
        }
        '\0'..='\u{1f}' => "delete it: YAML allows it nowhere in a text (YAML 1.2.2, section 5.1)",
        _ => {
            "delete it: YAML allows it in quotes at most (YAML 1.2.2, section 5.1), and a lab not \
             there either"
        }
    }
}

/// The first character of a value that a terminal would obey.
pub fn first_unsafe(value: &str) -> Option<char> {
    let text = value.replace("\r\n", "\n");
    let marks = ['\u{61c}', '\u{200e}', '\u{200f}'];
    text.chars().find(|letter| {
        moves_cursor(*letter) && !matches!(letter, '\t' | '\n') && !marks.contains(letter)
    })
}

/// A character that cannot be shown, in words.
pub fn named(letter: char) -> String {
    let name = match letter {
        '\0' => "a NUL character",
        '\u{1b}' => "an escape character",
        '\u{7f}' => "a delete character",
        '\u{8}' => "a backspace",
        '\r' => "a carriage return",
        '\u{85}' | '\u{2028}' | '\u{2029}' => "a line separator",
        '\u{fffe}' | '\u{ffff}' => "a code that is no character",
        letter if letter.is_control() => "a control character",
        _ => "a character that changes the direction of writing",
    };
    format!("{name} (U+{:04X})", u32::from(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_alike_is_named_with_what_was_meant() {
        let message = |letter| look_alike(letter).unwrap().message();
        assert_eq!(message('：'), "`：`, a full-width letter (U+FF1A), is not `:`");
        assert_eq!(message('、'), "`、`, an ideographic comma (U+3001), is not `,`");
        assert_eq!(message('\u{a0}'), "a no-break space (U+00A0) is not a space");
        assert_eq!(message('\u{2003}'), "a space of another width (U+2003) is not a space");
        assert_eq!(message('\u{200b}'), "an invisible letter (U+200B) stands here");
        assert_eq!(message('８'), "`８`, a full-width letter (U+FF18), is not `8`");
    }

    #[test]
    fn every_homoglyph_has_its_letter_of_ascii() {
        for (_, letters, ascii) in HOMOGLYPHS {
            assert_eq!(letters.chars().count(), ascii.len());
            assert!(letters.chars().all(|letter| !letter.is_ascii()) && ascii.is_ascii());
        }
        let message = |letter| homoglyph(letter).unwrap().message();
        assert_eq!(message('\u{440}'), "`\u{440}`, a Cyrillic letter (U+0440), is not `p`");
    }

    #[test]
    fn letters_of_a_language_are_no_look_alikes() {
        for letter in "aZ09 :-,轮询éßжع中文".chars() {
            assert_eq!(look_alike(letter), None, "{letter}");
        }
    }

    #[test]
    fn yaml_s_white_space_is_allowed_and_other_control_characters_are_not() {
        assert_eq!(first_forbidden("a\tb\r\nc é 轮"), None);
        for letter in ['\0', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}', '\u{2028}', '\u{ffff}'] {
            assert_eq!(first_forbidden(&format!("ab{letter}")), Some((2, letter)));
        }
    }

    #[test]
    fn a_value_may_have_lines_and_no_escape_sequences() {
        assert_eq!(first_unsafe("a\tb\r\nc\nd"), None);
        for letter in ['\r', '\u{1b}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{2028}', '\0'] {
            assert_eq!(first_unsafe(&format!("a{letter}b")), Some(letter), "{letter:?}");
        }
    }
}
