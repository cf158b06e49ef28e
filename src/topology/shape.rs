use super::{faults::Faults, rule, suggest};
use crate::lab::{Place, Segment};
use serde_json::{Map, Value};

/// Holds a document against the schema: every unknown key, missing key, wrong type and unknown
/// word is a fault. What is left can be decoded; a thing in a list or under a free name that was
/// found faulty is null.
pub fn check(document: Value, schema: &Value, faults: &mut Faults) -> Option<Value> {
    Shape { root: schema, faults }.value(document, schema, &Place::root())
}

struct Shape<'s, 'f> {
    root: &'s Value,
    faults: &'f mut Faults,
}

impl<'s> Shape<'s, '_> {
    /// The value without its faulty parts; nothing if it is faulty as a whole.
    fn value(&mut self, value: Value, schema: &'s Value, at: &Place) -> Option<Value> {
        let Some(fitting) = self.fitting(schema, &value) else {
            self.wrong_type(&value, schema, at);
            return None;
        };
        match value {
            Value::Object(entries) => self.mapping(entries, fitting, at),
            Value::Array(items) => Some(self.list(items, fitting, at)),
            Value::String(word) => self.word(word, fitting, at),
            other => Some(other),
        }
    }

    /// The schema itself or the one of its alternatives that allows the value's type.
    fn fitting(&self, schema: &'s Value, value: &Value) -> Option<&'s Value> {
        let schema = self.resolved(schema);
        match schema["anyOf"].as_array() {
            Some(choices) => choices.iter().find_map(|choice| self.fitting(choice, value)),
            None => schema["type"].as_str().is_some_and(|t| is_of(value, t)).then_some(schema),
        }
    }

    fn resolved(&self, schema: &'s Value) -> &'s Value {
        let pointer = schema["$ref"].as_str().and_then(|r| r.strip_prefix('#'));
        pointer.and_then(|p| self.root.pointer(p)).unwrap_or(schema)
    }

    fn mapping(
        &mut self,
        entries: Map<String, Value>,
        schema: &'s Value,
        at: &Place,
    ) -> Option<Value> {
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().collect();
        let missing: Vec<_> = required
            .iter()
            .filter_map(|k| k.as_str())
            .filter(|k| !entries.contains_key(*k))
            .collect();
        missing.iter().for_each(|key| self.missing(key, schema, at));
        let mut kept = Map::new();
        for (key, value) in entries {
            let place = at.key(&key);
            if let Some(property) = schema["properties"].get(&key) {
                let optional = !required.iter().any(|k| **k == key);
                if !(optional && value.is_null()) {
                    kept.extend(self.value(value, property, &place).map(|v| (key, v)));
                }
            } else if let Some(free @ Value::Object(_)) = schema.get("additionalProperties") {
                kept.insert(key, self.value(value, free, &place).unwrap_or(Value::Null));
            } else {
                self.unknown_key(&key, schema, &place);
            }
        }
        let whole = required.iter().filter_map(|k| k.as_str()).all(|k| kept.contains_key(k));
        whole.then_some(Value::Object(kept))
    }

    fn list(&mut self, items: Vec<Value>, schema: &'s Value, at: &Place) -> Value {
        let item = &schema["items"];
        let checked = |(index, value)| self.value(value, item, &at.index(index));
        items.into_iter().enumerate().map(checked).map(Option::unwrap_or_default).collect()
    }

    fn word(&mut self, word: String, schema: &Value, at: &Place) -> Option<Value> {
        let Some(choices) = schema["oneOf"].as_array() else { return Some(word.into()) };
        let words: Vec<_> = choices.iter().filter_map(|c| c["const"].as_str()).collect();
        if words.contains(&word.as_str()) {
            return Some(word.into());
        }
        let noun = schema["title"].as_str().unwrap_or("word");
        let broken = if noun == "scheduler" { rule::UNKNOWN_SCHEDULER } else { rule::UNKNOWN_WORD };
        let help = suggest::help(&word, &words, &format!("{noun}s"));
        self.faults.push(broken.at(at, format!("`{word}` is no {noun}"), help));
        None
    }

    fn missing(&mut self, key: &str, schema: &Value, at: &Place) {
        let message = match at.path.last() {
            None => format!("the lab has no `{key}`"),
            Some(_) => format!("{} has no `{key}`", subject(at)),
        };
        let help = match meaning(&schema["properties"][key]) {
            Some(meaning) => format!("add `{key}:`. {meaning}"),
            None => format!("add `{key}:`"),
        };
        self.faults.push(rule::MISSING_KEY.at(&at.as_key(), message, help));
    }

    fn unknown_key(&mut self, key: &str, schema: &Value, at: &Place) {
        let known = schema["properties"].as_object().into_iter().flatten();
        let known: Vec<_> = known.map(|(k, _)| k.as_str()).collect();
        let help = suggest::help(key, &known, "keys here");
        self.faults.push(rule::UNKNOWN_KEY.at(
            &at.as_key(),
            format!("the key `{key}` is unknown"),
            help,
        ));
    }

    fn wrong_type(&mut self, value: &Value, schema: &Value, at: &Place) {
        let expected = schema["title"].as_str().or_else(|| self.resolved(schema)["title"].as_str());
        let expected = expected.unwrap_or_else(|| noun(self.resolved(schema)));
        let message = match value {
            Value::Null => format!("{} has no value", subject(at)),
            _ => format!("{} must be {expected}, not {}", subject(at), found(value)),
        };
        let help = meaning(schema).unwrap_or_else(|| format!("write {expected}"));
        self.faults.push(rule::WRONG_TYPE.at(at, message, help));
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) => name == "boolean",
        Value::Number(number) => name == "integer" && number.is_i64(),
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    }
}

fn noun(schema: &Value) -> &'static str {
    match schema["type"].as_str() {
        Some("boolean") => "`true` or `false`",
        Some("integer") => "a whole number",
        Some("string") => "a text",
        Some("array") => "a list",
        _ => "a mapping",
    }
}

fn found(value: &Value) -> String {
    match value {
        Value::String(text) => format!("the text `{text}`"),
        Value::Number(number) => format!("the number `{number}`"),
        Value::Bool(truth) => format!("`{truth}`"),
        Value::Array(_) => "a list".to_owned(),
        Value::Null => "nothing".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    }
}

/// What stands at a place, in words.
fn subject(at: &Place) -> String {
    match at.path.as_slice() {
        [.., Segment::Key(key)] => format!("`{key}`"),
        [.., Segment::Key(list), Segment::Index(index)] => {
            format!("item {} of `{list}`", index + 1)
        }
        _ => "the file".to_owned(),
    }
}

/// What a key means, from its doc comment.
fn meaning(schema: &Value) -> Option<String> {
    let text = schema["description"].as_str()?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(text.trim_end_matches('.').to_owned())
}
