use std::fmt::Write as _;

/// A URL's path with these characters, blanks and whatever is not printable ASCII as
/// percent-encoding (RFC 3986 section 2.1), for configurations where they would mean something.
pub(super) fn encoded(path: &str, meaningful: &str) -> String {
    let mut word = String::new();
    for byte in path.bytes() {
        let letter = char::from(byte);
        if letter.is_ascii_graphic() && !meaningful.contains(letter) {
            word.push(letter);
        } else {
            let _ = write!(word, "%{byte:02X}");
        }
    }
    word
}
