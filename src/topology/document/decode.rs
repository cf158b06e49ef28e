use crate::diag::{Diagnostic, Lines};
use crate::lab::{Place, Source};
use crate::topology::{Misread, rule};

/// The most bytes that a file may have.
pub const LARGEST: usize = 4 * 1024 * 1024;

/// The text of a file, which is UTF-8 (RFC 3629); a byte order mark at its beginning is left out.
///
/// # Errors
///
/// Which other encoding it is in, as far as that can be told, or the first byte that is no UTF-8;
/// of a file that is too large, where it became that.
pub fn decode(name: &str, mut bytes: Vec<u8>) -> Result<Source, Misread> {
    if bytes.len() > LARGEST {
        bytes.truncate(LARGEST);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        return Err(misread(name, too_large(), text, LARGEST));
    }
    if let Some(wide) = Wide::of(&bytes) {
        return Err(misread(name, wide.fault(), wide.text(&bytes), 0));
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            Ok(Source { name: name.to_owned(), text })
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let fault = if is_like_gbk(error.as_bytes()) {
                not_utf8("GBK", "GB18030")
            } else {
                stray(error.as_bytes()[at])
            };
            Err(misread(name, fault, text, at))
        }
    }
}

/// The text of another tool's file, of which each letter is bytes to that tool: what is no UTF-8
/// stands as U+FFFD. A byte order mark that is no part of a word is left out.
///
/// # Errors
///
/// Which other encoding it is in, if it has several bytes for each letter of ASCII; of a file that is
/// too large, where it became that.
pub fn decode_foreign(name: &str, bytes: Vec<u8>) -> Result<Source, Misread> {
    if bytes.len() > LARGEST || Wide::of(&bytes).is_some() {
        return decode(name, bytes);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let is_word = |rest: &str| rest.starts_with(|first: char| first.is_alphanumeric());
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) if !is_word(rest) => rest.to_owned(),
        _ => text,
    };
    Ok(Source { name: name.to_owned(), text })
}

fn misread(name: &str, fault: Diagnostic, text: String, at: usize) -> Misread {
    let position = Lines::of(&text).position(at..at + 1);
    let source = Source { name: name.to_owned(), text };
    Misread { source, faults: vec![fault.shown_at(position)] }
}

fn too_large() -> Diagnostic {
    rule::LIMIT.at(
        &Place::root(),
        format!("the file has more than {} MiB", LARGEST >> 20),
        "look whether it is the right file: no lab needs one that large",
    )
}

fn not_utf8(encoding: &str, name: &str) -> Diagnostic {
    rule::ENCODING.at(
        &Place::root(),
        format!("the file is not UTF-8: it looks like {encoding}"),
        format!("save it as UTF-8, or convert it: `iconv -f {name} -t UTF-8 FILE`"),
    )
}

fn stray(byte: u8) -> Diagnostic {
    rule::ENCODING.at(
        &Place::root(),
        format!("the file is not UTF-8: the byte 0x{byte:02X} stands for no letter here"),
        "type the letter anew and save the file as UTF-8, or convert it if it is Latin-1: `iconv \
         -f LATIN1 -t UTF-8 FILE`",
    )
}

/// Whether the bytes that are no ASCII come in pairs, as in GBK's own Chinese letters.
fn is_like_gbk(bytes: &[u8]) -> bool {
    let runs = bytes.split(u8::is_ascii).filter(|run| !run.is_empty());
    let mut pairs = runs.map(|run| run.len() % 2 == 0 && run.iter().all(|byte| *byte > 0xa0));
    pairs.all(|is_paired| is_paired)
}

/// An encoding with several bytes for each letter, even of ASCII.
#[derive(Clone, Copy)]
enum Wide {
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
}

impl Wide {
    /// What the byte order mark says, or where the zeros of a first letter of ASCII stand.
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xfe, 0, 0, ..] | [1..=0x7f, 0, 0, 0, ..] => Some(Self::Utf32Le),
            [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, 1..=0x7f, ..] => Some(Self::Utf32Be),
            [0xff, 0xfe, ..] | [1..=0x7f, 0, 1..=0x7f, 0, ..] => Some(Self::Utf16Le),
            [0xfe, 0xff, ..] | [0, 1..=0x7f, 0, 1..=0x7f, ..] => Some(Self::Utf16Be),
            _ => None,
        }
    }

    fn fault(self) -> Diagnostic {
        let name = match self {
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Utf32Le => "UTF-32LE",
            Self::Utf32Be => "UTF-32BE",
        };
        not_utf8(name, name)
    }

    /// The text as far as it can be shown.
    fn text(self, bytes: &[u8]) -> String {
        let pairs = bytes.chunks_exact(2).filter_map(|pair| <[u8; 2]>::try_from(pair).ok());
        let words = bytes.chunks_exact(4).filter_map(|word| <[u8; 4]>::try_from(word).ok());
        let text = match self {
            Self::Utf16Le => utf16(pairs.map(u16::from_le_bytes)),
            Self::Utf16Be => utf16(pairs.map(u16::from_be_bytes)),
            Self::Utf32Le => words.map(u32::from_le_bytes).filter_map(char::from_u32).collect(),
            Self::Utf32Be => words.map(u32::from_be_bytes).filter_map(char::from_u32).collect(),
        };
        text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
    }
}

fn utf16(units: impl Iterator<Item = u16>) -> String {
    char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Position;

    fn fault(bytes: &[u8]) -> (String, Position) {
        let misread = decode("lab.yaml", bytes.to_vec()).unwrap_err();
        let [fault] = misread.faults.as_slice() else { panic!("{:?}", misread.faults) };
        (fault.message.clone(), fault.position.unwrap())
    }

    fn at(line: usize, column: usize) -> Position {
        Position { line, column, length: 1 }
    }

    #[test]
    fn a_byte_order_mark_of_utf_8_is_left_out() {
        let source = decode("lab.yaml", b"\xef\xbb\xbfname: lab\n".to_vec()).unwrap();
        assert_eq!(source.text, "name: lab\n");
    }

    #[test]
    fn another_tool_s_file_may_have_any_bytes_and_is_of_one_byte_a_letter_of_ascii() {
        let text = |bytes: &[u8]| decode_foreign("a.conf", bytes.to_vec()).map(|read| read.text);
        assert_eq!(text(b"# caf\xe9\n").unwrap(), "# caf\u{fffd}\n");
        assert_eq!(text(b"\xef\xbb\xbf# a\n").unwrap(), "# a\n");
        assert_eq!(text(b"\xef\xbb\xbfa b\n").unwrap(), "\u{feff}a b\n");
        assert!(text(b"a\0 \0b\0\n\0").is_err());
    }

    #[test]
    fn utf_16_and_utf_32_are_named_with_and_without_their_marks() {
        let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        for text in ["name: lab\n", "\u{feff}name: lab\n"] {
            let little: Vec<u8> = units(text).into_iter().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = units(text).into_iter().flat_map(u16::to_be_bytes).collect();
            let wide: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            for (bytes, name) in [(little, "UTF-16LE"), (big, "UTF-16BE"), (wide, "UTF-32LE")] {
                let message = format!("the file is not UTF-8: it looks like {name}");
                assert_eq!(fault(&bytes), (message, at(1, 1)));
                let misread = decode("lab.yaml", bytes).unwrap_err();
                assert_eq!(misread.source.text, "name: lab\n");
            }
        }
    }

    #[test]
    fn a_stray_byte_is_told_with_its_place() {
        let message = "the file is not UTF-8: the byte 0xFC stands for no letter here";
        assert_eq!(fault(b"name: lab\nsummary: f\xfcr\n"), (message.to_owned(), at(2, 11)));
    }

    #[test]
    fn gbk_is_named_with_the_place_of_its_first_letter() {
        let message = "the file is not UTF-8: it looks like GBK";
        let gbk = b"name: lab\nsummary: \xc2\xd6\xd1\xaf\n";
        assert_eq!(fault(gbk), (message.to_owned(), at(2, 10)));
    }

    #[test]
    fn a_file_beyond_the_limit_is_told_where_it_passes_it() {
        let mut bytes = b"a: b\n".repeat(LARGEST / 5 + 1);
        assert_eq!(fault(&bytes).1.line, LARGEST / 5 + 1);
        bytes.truncate(LARGEST);
        assert!(decode("lab.yaml", bytes).is_ok());
    }

    #[test]
    fn a_nul_character_is_no_wide_encoding() {
        assert!(decode("lab.yaml", b"name: \0lab\n".to_vec()).is_ok());
    }
}
