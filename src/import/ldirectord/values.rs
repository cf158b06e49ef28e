use super::check::{CheckType, none_of};
use super::line::Line;
use crate::import::{Fault, Netmask, Said, value};
use crate::lab::{Family, SchedulerFlag};

/// `yes` or `no`, with nothing behind it.
pub fn yes(line: &Line) -> Result<bool, Fault> {
    match line.value.as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        "yes\r" | "no\r" => {
            let message = "a carriage return (U+000D) ends this line, and is part of its value";
            let help = "take it out of each line: `sed -i 's/\\r$//' FILE`";
            Err(Fault::wrong(line.value_spot(), message, help))
        }
        other => {
            let message = format!("`{}` is neither `yes` nor `no`", other.escape_debug());
            let help = "write `yes` or `no`, with nothing behind it, not even a blank";
            Err(Fault::wrong(line.value_spot(), message, help))
        }
    }
}

/// The first number of the value.
pub fn number(line: &Line) -> Result<Said<i64>, Fault> {
    let said = line.number().map(|value| Said { value, spot: line.value_spot() });
    said.ok_or_else(|| {
        let message = format!("`{}` has no number", line.keyword);
        Fault::wrong(line.value_spot(), message, "write digits, as in `10`")
    })
}

/// A number from 1 on.
pub fn positive(line: &Line, most: i64) -> Result<Said<i64>, Fault> {
    let said = number(line)?;
    if (1..=most).contains(&said.value) {
        return Ok(said);
    }
    let message = format!("`{}` is out of range", said.value);
    let help = format!("choose 1 to {most}");
    match said.value {
        0 => Err(Fault::wrong(said.spot, message, help)),
        _ if line.keyword == "checkport" => Err(Fault::wrong(said.spot, message, help)),
        _ => Err(Fault::not_yet(said.spot, message, help)),
    }
}

/// A text in quotes.
pub fn quoted(line: &Line) -> Result<Said<String>, Fault> {
    let inner = line.quoted().filter(|inner| !inner.is_empty());
    let said = inner.map(|inner| Said { value: inner.to_owned(), spot: line.value_spot() });
    said.ok_or_else(|| {
        let message = format!("the value of `{}` is not in quotes", line.keyword);
        let help = format!("write `{}=\"...\"`", line.keyword);
        Fault::wrong(line.value_spot(), message, help)
    })
}

/// A text with quotes or without.
pub fn text(line: &Line) -> Result<Said<String>, Fault> {
    let bare = line.quoted().unwrap_or(&line.value);
    if bare.is_empty() {
        return Err(no_value(line));
    }
    Ok(Said { value: bare.to_owned(), spot: line.value_spot() })
}

/// That nothing stands behind the `=`.
pub fn no_value(line: &Line) -> Fault {
    let message = format!("`{}` has no value", line.keyword);
    Fault::wrong(line.spot(0), message, "write one behind the `=`")
}

/// The first word of letters and digits, which must be one of these.
pub fn word_of(line: &Line, words: &[&str]) -> Result<Said<String>, Fault> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let trimmed = line.value.trim_start_matches(|c| !is_part(c));
    let end = trimmed.find(|c| !is_part(c)).unwrap_or(trimmed.len());
    let word = &trimmed[..end];
    if words.contains(&word) {
        return Ok(Said { value: word.to_owned(), spot: line.value_spot() });
    }
    Err(none_of(line.value_spot(), &line.keyword, &line.value, words))
}

/// A checktype.
pub fn check_type(line: &Line) -> Result<Said<CheckType>, Fault> {
    let words = ["negotiate", "connect", "ping", "external", "external-perl", "on", "off", "3"];
    let spot = line.value_spot();
    let found = CheckType::of(&line.value);
    found
        .map(|value| Said { value, spot })
        .ok_or_else(|| none_of(spot, "checktype", &line.value, &words))
}

/// The scheduler's flags.
pub fn flags(line: &Line) -> Result<Vec<SchedulerFlag>, Fault> {
    let word = line.value.split_ascii_whitespace().next().unwrap_or_default();
    value::flags(Said { value: word, spot: line.value_spot() })
}

/// The netmask of persistence.
pub fn netmask(line: &Line, family: Family) -> Result<Said<Netmask>, Fault> {
    let said = Said { value: line.value.as_str(), spot: line.value_spot() };
    value::netmask_of(said, family)
}

/// GET or HEAD.
pub fn http_method(line: &Line) -> Result<Said<String>, Fault> {
    let said =
        word_of(&Line { value: line.value.to_uppercase(), ..line.clone() }, &["GET", "HEAD"]);
    said.map_err(|fault| Fault { spot: line.value_spot(), ..fault })
}

/// ldirectord takes the first lower-case letters, and leaves the rest to ipvsadm.
pub fn scheduler(line: &Line) -> Result<Said<String>, Fault> {
    let word = line.value.trim_ascii();
    if word.contains(|c: char| c.is_ascii_lowercase()) {
        return Ok(Said { value: word.to_owned(), spot: line.value_spot() });
    }
    let message = format!("`{word}` is no scheduler");
    Err(Fault::wrong(line.value_spot(), message, "write lower-case letters, as in `wrr`"))
}
