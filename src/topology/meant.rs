use super::document::{Content, Node, Scalar};
use super::settings::{by_name, names, settings, table};
use super::suggest;
use crate::lab::{Place, Segment, written};
use serde_json::Value;

/// The largest number up to which each whole number is a float of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// What was wanted in the place of a value.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'s> {
    /// The schema of a type that is allowed.
    pub schema: &'s Value,
    /// The schema of the key, which may allow several and says what it means.
    pub key: &'s Value,
}

impl<'s> Wanted<'s> {
    /// Whether no other type is allowed.
    fn is_alone(self) -> bool {
        self.key["type"].is_string()
    }

    fn said(self, name: &str) -> Option<&'s str> {
        self.key[name].as_str().or_else(|| self.schema[name].as_str())
    }
}

/// How what was probably meant is written, where a value is of another type than the schema's.
pub fn meant(node: &Node, wanted: Wanted<'_>, at: &Place) -> Option<String> {
    let schema = wanted.schema;
    let is_word = schema["oneOf"].is_array();
    match (&*node.content, schema["type"].as_str()?) {
        (Content::Scalar(scalar), "integer") => whole(scalar, wanted, at),
        (Content::Scalar(scalar), "boolean") => truth(&scalar.text),
        (Content::Scalar(scalar), "string") if !is_word => text(scalar, wanted),
        (Content::Scalar(scalar), "array") => listed(scalar, schema, at),
        (Content::Scalar(scalar), "object") => settings(scalar, schema, at),
        (Content::List(items), "string") if is_word && items.len() > 1 => one_of(wanted, at),
        (Content::List(items), "string" | "integer" | "number") => one(items, at),
        (Content::List(items), "object") => by_name(items, schema, at),
        (Content::Mapping(mapping), "array") => names(mapping, schema),
        (Content::Mapping(mapping), "string") => table(mapping, at),
        _ => None,
    }
}

/// A whole number that is written as something else.
fn whole(scalar: &Scalar, wanted: Wanted<'_>, at: &Place) -> Option<String> {
    let text = match &scalar.value {
        Value::Number(number) => {
            let number = number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < EXACT)?;
            return Some(format!("write `{number:.0}`"));
        }
        Value::String(text) => text.trim(),
        _ => return None,
    };
    if let Ok(number) = text.parse::<i64>() {
        return Some(match text.trim_start_matches(['+', '-']) {
            digits if digits.len() > 1 && digits.starts_with('0') => {
                format!("write `{number}`: with a zero before it, it is no number")
            }
            _ if scalar.is_tagged => format!("write `{number}` without a tag"),
            _ => format!("write `{number}` without quotes"),
        });
    }
    prefix(text, at).or_else(|| seconds(text, wanted)).or_else(|| digits(text, at))
}

/// A netmask, or a prefix with its slash, in the place of a number of bits.
fn prefix(text: &str, at: &Place) -> Option<String> {
    let is_prefix = matches!(at.path.last(), Some(Segment::Key(key)) if key == "prefix_length");
    let mask = || ipnet::ip_mask_to_prefix(text.parse().ok()?).ok();
    let bits = || text.strip_prefix('/')?.parse().ok();
    Some(format!("write `{}`", bits().or_else(mask).filter(|_| is_prefix)?))
}

/// A duration in the place of a number of seconds.
fn seconds(text: &str, wanted: Wanted<'_>) -> Option<String> {
    let in_seconds = wanted.said("description").is_some_and(|text| text.contains("seconds"));
    let duration = written::duration(text).or_else(|| written::close(text));
    let length = duration.filter(|length| in_seconds && length.subsec_millis() == 0)?;
    Some(format!("write `{}`: the unit is seconds", length.as_secs()))
}

/// A number with something before or behind it.
fn digits(text: &str, at: &Place) -> Option<String> {
    let key = at.path.iter().rev().find_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    })?;
    if key == "status" {
        return Some(one_status().to_owned());
    }
    let length = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(length);
    match rest.trim_start().chars().next() {
        _ if number.is_empty() => {
            let is_port = matches!(key, "port" | "ports");
            is_port.then(|| "write the port's number, as in `80` for http".to_owned())
        }
        Some('#' | '/' | ';')
            if rest.trim_start().starts_with(['#', ';']) || rest.contains("//") =>
        {
            Some(format!("write `{number}`; a comment begins with a space and `#`"))
        }
        _ if rest.contains(|c: char| c.is_ascii_digit()) => {
            Some("write one number, in digits alone".to_owned())
        }
        Some('k' | 'K' | 'M') if rest.trim().len() == 1 => {
            let times = if rest.trim() == "M" { 1_000_000 } else { 1000 };
            Some(format!("write `{}`", number.parse::<u64>().ok()?.checked_mul(times)?))
        }
        _ => Some(format!("write `{number}` alone")),
    }
}

fn one_status() -> &'static str {
    "write one number, as in `200`: answers of another status are expected by a step of their own"
}

/// The words of other languages for `true` and `false`.
fn truth(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    match lower.as_str() {
        "yes" | "y" | "on" | "1" | "true" | "enabled" => Some("write `true`".to_owned()),
        "no" | "n" | "off" | "0" | "false" | "disabled" => Some("write `false`".to_owned()),
        _ => suggest::did_you_mean(&lower, ["true", "false"]).map(|word| format!("write `{word}`")),
    }
}

/// A number, or `true`, in the place of a text.
fn text(scalar: &Scalar, wanted: Wanted<'_>) -> Option<String> {
    let written = &scalar.text;
    match (wanted.said("title"), &scalar.value) {
        (Some("a duration"), Value::Number(number)) if number.as_u64() == Some(0) => {
            Some("write a duration with its unit, as in `1s`".to_owned())
        }
        (Some("a duration"), Value::Number(number)) if number.is_u64() => {
            Some(format!("write a unit behind the number, as in `{written}s`"))
        }
        (Some("a range of durations"), Value::Number(number)) if number.is_u64() => {
            Some(format!("write `..{written}s` for {written} s or less"))
        }
        (None, Value::Number(_) | Value::Bool(_)) if wanted.is_alone() => {
            let shown = wanted.said("description").is_some_and(|text| text.contains("as in"));
            (!shown).then(|| format!("write `\"{written}\"`, if a text is meant"))
        }
        _ => None,
    }
}

/// Items of a list without its brackets or dashes.
fn listed(scalar: &Scalar, schema: &Value, at: &Place) -> Option<String> {
    if matches!(at.path.last(), Some(Segment::Key(key)) if key == "commands") {
        return Some(format!("write `[\"{}\"]`", scalar.text));
    }
    let item = schema["items"]["type"].as_str().filter(|kind| *kind != "object")?;
    let inside = scalar.text.trim().trim_matches(['[', ']', '(', ')']);
    let words = inside.split(|c: char| c == ',' || c.is_whitespace());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    if words.is_empty() || item == "integer" && words.iter().any(|w| w.parse::<i64>().is_err()) {
        return None;
    }
    if let [first, ..] = words.as_slice()
        && let Some(name) = first.strip_prefix('-')
    {
        return Some(format!("write a space behind each dash, as in `- {name}`"));
    }
    Some(format!("write `[{}]`", words.join(", ")))
}

fn one_of(wanted: Wanted<'_>, at: &Place) -> Option<String> {
    match at.path.last()? {
        _ if !wanted.is_alone() => None,
        Segment::Key(key) if key == "protocol" => {
            Some("name one: each protocol needs a virtual service of its own".to_owned())
        }
        _ => Some("name one only".to_owned()),
    }
}

/// A list in the place of one value.
fn one(items: &[Node], at: &Place) -> Option<String> {
    let [item] = items else {
        let is_status = matches!(at.path.last(), Some(Segment::Key(key)) if key == "status");
        return Some(if is_status { one_status() } else { "write one value, no list" }.to_owned());
    };
    match &*item.content {
        Content::Scalar(scalar) if !scalar.value.is_null() => {
            Some(format!("write `{}` alone, without a list around it", scalar.text))
        }
        Content::Scalar(_) | Content::List(_) | Content::Mapping(_) => None,
    }
}
