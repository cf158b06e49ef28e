use crate::import::{Bare, Meaning, Spot};

/// A line of an ldirectord.cf that says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 0.
    pub number: usize,
    /// Where it belongs.
    pub level: Level,
    /// What stands before the `=`; the whole line if it has none.
    pub keyword: String,
    /// What stands behind it, up to the end of the line.
    pub value: String,
}

/// Where a line belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// To the whole file.
    File,
    /// To the virtual service above it.
    Section,
}

impl Line {
    /// The word of that number; the keyword is 0.
    pub fn spot(&self, word: usize) -> Spot {
        Spot { line: self.number, word }
    }

    /// The first word of the value, or the keyword where there is none.
    pub fn value_spot(&self) -> Spot {
        self.spot(usize::from(!self.value.trim_ascii().is_empty()))
    }

    /// The words of the value with their numbers.
    pub fn words(&self) -> Vec<(usize, &str)> {
        (1..).zip(cut(&self.value).into_iter().map(|(_, word)| word)).collect()
    }

    /// What stands in quotes; none where there are none. The last quote of the line ends it.
    pub fn quoted(&self) -> Option<&str> {
        let inner = self.value.strip_prefix('"')?;
        let end = inner.rfind('"')?;
        inner.get(..end)
    }

    /// The first digits, as ldirectord takes a number.
    pub fn number(&self) -> Option<i64> {
        let begin = self.value.find(|c: char| c.is_ascii_digit())?;
        let digits = self.value[begin..].chars().take_while(char::is_ascii_digit);
        digits.collect::<String>().parse().ok()
    }
}

/// The lines that say something, as ldirectord's `read_config` takes them: a section ends with the
/// first line that is not indented by four blanks or a tab.
pub fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut in_section = false;
    for (number, raw) in text.split('\n').enumerate() {
        let is_comment = raw.trim_ascii_start().starts_with('#');
        if is_comment {
            continue;
        }
        let indented = in_section.then(|| indented(raw)).flatten();
        in_section = indented.is_some();
        if let Some(words) = indented {
            lines.push(line(number, Level::Section, words));
        } else if !raw.trim_ascii().is_empty() {
            let line = line(number, Level::File, raw);
            in_section = matches!(line.keyword.as_str(), "virtual" | "virtual6");
            lines.push(line);
        }
    }
    lines
}

/// What stands in an indented line before its comment.
fn indented(raw: &str) -> Option<&str> {
    let bare = raw.split('#').next().unwrap_or_default();
    let words = bare.trim_start_matches([' ', '\t']);
    let blanks = &bare[..bare.len() - words.len()];
    let width: usize = blanks.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum();
    (width >= 4 && (!words.is_empty() || width > 4)).then_some(words)
}

fn line(number: usize, level: Level, words: &str) -> Line {
    let (keyword, value) = words.split_once('=').unwrap_or((words, ""));
    Line {
        number,
        level,
        keyword: keyword.trim_ascii_end().to_owned(),
        value: value.trim_ascii_start().to_owned(),
    }
}

/// The words of a text with their columns in characters; one in quotes is whole.
fn cut(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let (mut begin, mut is_open) = (None, false);
    for (column, (index, c)) in text.char_indices().enumerate() {
        let ends = !is_open && (c.is_ascii_whitespace() || c == ',');
        match begin {
            None if !ends => begin = Some((column, index)),
            Some((at, from)) if ends => {
                words.push((at, &text[from..index]));
                begin = None;
            }
            None | Some(_) => {}
        }
        is_open ^= c == '"';
    }
    words.extend(begin.map(|(at, from)| (at, &text[from..])));
    words
}

/// The column of a word of the file and its length, both in characters, the column from 0.
pub fn column(text: &str, spot: Spot) -> Option<(usize, usize)> {
    let raw = text.split('\n').nth(spot.line)?;
    let keyword = raw.trim_ascii_start();
    let begin = raw.chars().count() - keyword.chars().count();
    let (keyword, value) = keyword.split_once('=').unwrap_or((keyword.trim_ascii_end(), ""));
    let length = keyword.trim_ascii_end().chars().count().max(1);
    let Some(word) = spot.word.checked_sub(1) else { return Some((begin, length)) };
    let before = begin + keyword.chars().count() + 1;
    let words = cut(value);
    // A value of commas and blanks has no word.
    let Some((at, word)) = words.get(word).or(words.last()) else { return Some((begin, length)) };
    Some((before + at, word.chars().count()))
}

/// Keywords whose values may be any text.
const FREE: [&str; 8] = [
    "comment",
    "emailalert",
    "emailalertfrom",
    "execute",
    "logfile",
    "monitorfile",
    "servicename",
    "virtualhost",
];

/// The words of a line outside of quotes and comments.
pub fn bare(line: &str) -> Vec<Bare> {
    let line = line.split('#').next().unwrap_or_default();
    let value = line.find('=').map_or(line.len(), |at| at + 1);
    let keyword = line[..value].trim_ascii().trim_end_matches('=').trim_ascii_end();
    let kind = if FREE.contains(&keyword) { Meaning::Free } else { Meaning::Fixed };
    let mut all = vec![Bare { bytes: 0..value, kind: Meaning::Fixed }];
    let (mut begin, mut is_open) = (value, false);
    for (at, _) in line[value..].match_indices('"') {
        let at = value + at;
        if !is_open {
            all.push(Bare { bytes: begin..at, kind });
        }
        is_open = !is_open;
        begin = at + 1;
    }
    if !is_open {
        all.push(Bare { bytes: begin..line.len(), kind });
    }
    all
}
