use super::document::Content;
use super::keys::required;
use crate::lab::{Place, Segment};
use serde_json::Value;

/// What a schema allows, in words.
pub fn noun(schema: &Value) -> String {
    let noun = match schema["type"].as_str() {
        Some("boolean") => "`true` or `false`",
        Some("integer") => "a whole number",
        Some("number") => "a number",
        Some("string") => "a text",
        Some("array") => "a list",
        _ => "a mapping",
    };
    let keys: Vec<_> = required(schema).map(|key| format!("`{key}`")).collect();
    match keys.as_slice() {
        [] => noun.to_owned(),
        keys => format!("{noun} with {}", keys.join(", ")),
    }
}

/// What was found instead, in words; numbers as they are written.
pub fn found(content: &Content) -> String {
    let scalar = match content {
        Content::List(_) => return "a list".to_owned(),
        Content::Mapping(_) => return "a mapping".to_owned(),
        Content::Scalar(scalar) => scalar,
    };
    let text = &scalar.text;
    match scalar.value {
        Value::String(_) => format!("the text `{text}`"),
        Value::Number(_) => format!("the number `{text}`"),
        Value::Bool(_) => format!("`{text}`"),
        Value::Null | Value::Array(_) | Value::Object(_) => "nothing".to_owned(),
    }
}

/// What stands at a place, in words.
pub fn subject(at: &Place) -> String {
    match at.path.as_slice() {
        [.., Segment::Key(key)] => format!("`{key}`"),
        [.., Segment::Key(list), Segment::Index(index)] => {
            format!("item {} of `{list}`", index + 1)
        }
        _ => "the file".to_owned(),
    }
}

/// What a key means, from its doc comment.
pub fn meaning(schema: &Value) -> Option<String> {
    let text = schema["description"].as_str()?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.trim_end_matches('.');
    let mut letters = text.chars();
    // Help begins in lower case, unless with an abbreviation.
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            Some(first.to_lowercase().chain([second]).chain(letters).collect())
        }
        _ => Some(text.to_owned()),
    }
}

/// The words of which one is wanted, if it is one of a few.
pub fn words(schema: &Value) -> Option<String> {
    let words = schema["oneOf"].as_array()?.iter().filter_map(|choice| choice["const"].as_str());
    let words: Vec<_> = words.map(|word| format!("`{word}`")).collect();
    Some(format!("one of {}", words.join(", ")))
}
