use super::document::{Content, Node, Scalar};
use crate::lab::{Place, Segment};
use serde_json::Value;

/// The largest number up to which each whole number is a float of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How what was probably meant is written, where a value is of another type than the schema's.
pub fn meant(node: &Node, schema: &Value, at: &Place) -> Option<String> {
    match (&*node.content, schema["type"].as_str()?) {
        (Content::Scalar(scalar), "integer") => whole(scalar),
        (Content::Scalar(scalar), "object") => weight(scalar, schema),
        (Content::List(_), "string") if schema["oneOf"].is_array() => one_of(at),
        (Content::Mapping(mapping), "string") => {
            let key = list(at)?;
            let first = mapping.entries.keys().next()?;
            Some(format!("write a mapping in the place of the list: `{key}: {{ {first}: ... }}`"))
        }
        _ => None,
    }
}

/// A whole number that is written as a float or a text.
fn whole(scalar: &Scalar) -> Option<String> {
    match &scalar.value {
        Value::Number(number) => {
            let number = number.as_f64().filter(|n| n.fract() == 0.0 && n.abs() < EXACT)?;
            Some(format!("write `{number:.0}`"))
        }
        Value::String(text) => {
            let number: i64 = text.trim().parse().ok()?;
            Some(format!("write `{number}` without quotes"))
        }
        _ => None,
    }
}

/// A weight in the place of the settings that have one.
fn weight(scalar: &Scalar, schema: &Value) -> Option<String> {
    let has_weight = schema["properties"].get("weight").is_some();
    let number = scalar.value.as_i64().filter(|_| has_weight)?;
    Some(format!("write `{{ weight: {number} }}`, if a weight is meant"))
}

fn one_of(at: &Place) -> Option<String> {
    match at.path.last()? {
        Segment::Key(key) if key == "protocol" => {
            Some("name one: each protocol needs a virtual service of its own".to_owned())
        }
        _ => Some("name one only".to_owned()),
    }
}

/// The key of a list of real servers, if the place is an item of one.
fn list(at: &Place) -> Option<&'static str> {
    match at.path.as_slice() {
        [.., Segment::Key(key), Segment::Index(_)] if key == "real_servers" => Some("real_servers"),
        _ => None,
    }
}
