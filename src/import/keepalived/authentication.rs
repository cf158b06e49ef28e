use super::block::Statement;
use super::reading::Reading;
use super::words::Block;

/// The password has 8 bytes in an advert; keepalived cuts longer ones.
const PASSWORD: usize = 8;

/// The password of an instance, if its adverts have one.
pub fn password(block: &Statement, reading: &mut Reading) -> Option<String> {
    let (mut password, mut kind) = (None, None);
    for statement in block.body() {
        match statement.keyword() {
            "auth_type" => kind = reading.argument(statement).map(|word| (statement, word.text())),
            "auth_pass" => {
                password = reading.argument(statement).map(|word| (statement, word.text()));
            }
            _ => reading.other(statement, Block::Authentication),
        }
    }
    match (kind, password) {
        (Some((_, "PASS")), Some((statement, text))) => {
            if text.len() > PASSWORD {
                reading.taken_as(statement, "keepalived takes the first 8 characters");
            }
            let plain: String = cut(text).chars().filter(char::is_ascii_graphic).collect();
            if plain != cut(text) {
                reading.replaced(statement, "labs take letters, digits and signs of it");
            }
            Some(plain).filter(|text| !text.is_empty())
        }
        (Some((statement, "AH")), _) => {
            reading.replaced(statement, "adverts go without a password");
            None
        }
        (Some((statement, "PASS")), None) => {
            reading.taken_as(statement, "keepalived ignores it: there is no `auth_pass`");
            None
        }
        (Some((statement, _)), _) => {
            reading.taken_as(statement, "keepalived ignores it: it takes PASS or AH");
            None
        }
        (None, Some((statement, _))) => {
            reading.taken_as(statement, "keepalived ignores it: there is no `auth_type PASS`");
            None
        }
        (None, None) => None,
    }
}

/// The first bytes of a password, whole characters of it.
fn cut(text: &str) -> String {
    let mut end = text.len().min(PASSWORD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}
