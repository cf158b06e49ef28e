use super::document::{Content, Mapping, Node, Scalar, mended};
use super::suggest;
use crate::lab::{Place, Segment, written};
use serde_json::Value;
use std::net::IpAddr;

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
    let inside = scalar.text.trim().trim_matches(['[', ']']);
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

/// A scalar in the place of settings.
fn settings(scalar: &Scalar, schema: &Value, at: &Place) -> Option<String> {
    if scalar.value.is_null() {
        let needs_none = schema["required"].as_array().is_none_or(Vec::is_empty);
        let has_keys = schema["properties"].is_object();
        let is_named = matches!(at.path.last(), Some(Segment::Key(_)));
        return (needs_none && has_keys && is_named).then(|| "write `{}`, or settings".to_owned());
    }
    let has = |key: &str| schema["properties"].get(key).is_some();
    let text = scalar.text.trim();
    if has("weight")
        && let Ok(number) = text.parse::<i64>()
    {
        return Some(format!("write `{{ weight: {number} }}`, if a weight is meant"));
    }
    if text.parse::<IpAddr>().is_ok() {
        let addresses = format!("{{ NETWORK: {text} }}");
        let is_plugs = matches!(at.path.last(), Some(Segment::Key(key)) if key == "addresses");
        let all = has("addresses").then(|| format!("{{ addresses: {addresses} }}"));
        let written = all.or_else(|| is_plugs.then_some(addresses))?;
        return Some(format!("write `{written}`, with the network's name"));
    }
    if has(text) {
        return Some(format!("write `{{ {text}: {{}} }}`"));
    }
    if let Some(route) = route(text) {
        return Some(route);
    }
    let is_pair = text.contains(['=', ':']);
    mended(text).filter(|_| is_pair).map(|(message, help)| format!("{help}: {message}"))
}

/// A route as ip(8) writes it.
fn route(text: &str) -> Option<String> {
    let (destination, hop) = text.split_once(" via ")?;
    Some(format!("write `{}: {}`", destination.trim(), hop.trim()))
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

/// A list in the place of a mapping.
fn by_name(items: &[Node], schema: &Value, at: &Place) -> Option<String> {
    let item = items.first()?;
    match &*item.content {
        Content::Scalar(scalar) if scalar.text.parse::<IpAddr>().is_ok() => {
            settings(scalar, schema, at)
        }
        Content::Scalar(scalar) if !scalar.value.is_string() => None,
        Content::Scalar(scalar) if scalar.text.contains(" via ") => route(&scalar.text),
        Content::Scalar(scalar) => match mended(&scalar.text) {
            Some((_, help)) if scalar.text.contains(['=', ':']) => {
                Some(format!("{help}, without a list around it"))
            }
            _ => Some(format!(
                "write a mapping, without dashes or brackets, as in `{}: ...`",
                scalar.text
            )),
        },
        Content::Mapping(mapping) => match named(mapping) {
            Some((name, _)) => {
                Some(format!("write each under its name, without a dash: `{name}:`"))
            }
            None => Some("leave out the dashes, or the brackets of the list".to_owned()),
        },
        Content::List(_) => None,
    }
}

/// The name that a mapping gives itself, and its other keys.
fn named(mapping: &Mapping) -> Option<(&str, Vec<&str>)> {
    let Content::Scalar(name) = &*mapping.entries.get("name")?.value.content else { return None };
    let others = mapping.entries.keys().map(String::as_str).filter(|key| *key != "name");
    Some((&name.text, others.collect()))
}

/// Names with nothing behind them in the place of a list of them.
fn names(mapping: &Mapping, schema: &Value) -> Option<String> {
    let is_of_texts = schema["items"]["type"] == "string";
    let empty = mapping.entries.values().all(|entry| entry.value.is_null());
    let names: Vec<_> = mapping.entries.keys().map(String::as_str).collect();
    (is_of_texts && empty).then(|| format!("write `[{}]`", names.join(", ")))
}

/// Settings of an item in a list of real servers.
fn table(mapping: &Mapping, at: &Place) -> Option<String> {
    let key = list(at)?;
    let (name, settings) = match named(mapping) {
        Some((name, keys)) => {
            let keys: Vec<_> = keys.into_iter().map(|key| format!("{key}: ...")).collect();
            (name, format!("{{ {} }}", keys.join(", ")))
        }
        None => {
            let (name, entry) = mapping.entries.first()?;
            let weight = match &*entry.value.content {
                Content::Scalar(scalar) => scalar.value.as_i64(),
                Content::List(_) | Content::Mapping(_) => None,
            };
            let settings = weight.map(|weight| format!("{{ weight: {weight} }}"));
            (name.as_str(), settings.unwrap_or_else(|| "...".to_owned()))
        }
    };
    Some(format!("write a mapping in the place of the list: `{key}: {{ {name}: {settings} }}`"))
}

/// The key of a list of real servers, if the place is an item of one.
fn list(at: &Place) -> Option<&'static str> {
    match at.path.as_slice() {
        [.., Segment::Key(key), Segment::Index(_)] if key == "real_servers" => Some("real_servers"),
        _ => None,
    }
}
