use super::document::{self, Mapping, Node};
use serde_json::Value;

/// The schema's spelling of a key: two words are one, whatever joins them, so that `kill-daemons` is
/// `kill_daemons`.
pub fn spelled(key: &str, schema: &Value) -> String {
    let properties = &schema["properties"];
    let joined = key.replace('-', "_");
    let is_other = properties.get(key).is_none() && properties.get(&joined).is_some();
    if is_other { joined } else { key.to_owned() }
}

/// Whether the schema has no such key, nor free ones.
pub fn is_unknown(spelled: &str, schema: &Value) -> bool {
    schema["properties"].get(spelled).is_none() && !schema["additionalProperties"].is_object()
}

/// The one key that a mapping must have and has not, if one of its keys alone is unknown: then that
/// one stands for it.
pub fn misnamed<'s>(mapping: &Mapping, schema: &'s Value) -> Option<&'s str> {
    let spelled = |key: &String| spelled(key, schema);
    let unknown = mapping.entries.keys().filter(|key| is_unknown(&spelled(key), schema)).count();
    let has = |wanted: &str| mapping.entries.keys().any(|key| spelled(key) == wanted);
    let mut lacking = required(schema).filter(|key| !has(key));
    lacking.next().filter(|_| unknown == 1 && lacking.next().is_none())
}

/// The keys that a mapping must have.
pub fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// What is judged in the keys that it has, even where one is missing or faulty that it must have:
/// those of its keys that are nothing in the file are decoded as nothing.
const JUDGED_IN_PART: &[&str] = &["/$defs/VirtualService", "/$defs/VirtualRouter"];

/// Whether a mapping of this schema, which is part of the whole one, is such a thing.
pub fn is_judged_in_part(schema: &Value, whole: &Value) -> bool {
    let mut all = JUDGED_IN_PART.iter().filter_map(|name| whole.pointer(name));
    all.any(|one| std::ptr::eq(one, schema))
}

/// What is written in the place of a key that has its value in itself.
pub fn joined(key: &str, value: &Node) -> Option<String> {
    let is_pair = value.is_null() && key.split(' ').count() == 2;
    let spaced = || document::mended(key).filter(|_| is_pair);
    let (message, help) = document::joined(key).or_else(spaced)?;
    Some(format!("{help}: {message}"))
}

/// What is written in the place of a key that was to be an item of a list.
pub fn dash_alone(key: &str) -> Option<String> {
    let rest = key.strip_prefix('-').filter(|rest| !rest.is_empty())?;
    Some(format!("write `- {rest}:`, with a space behind the dash, if an item of a list is meant"))
}
