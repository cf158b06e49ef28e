use super::document::{Content, Mapping, Node, Scalar, begins_with_dash};
use super::keys::{dash_alone, is_judged_in_part, is_unknown, joined, misnamed, required, spelled};
use super::phrase::{found, meaning, noun, subject, words};
use super::strays::Places;
use super::{
    faults::Faults,
    meant::{Wanted, meant},
    rule, suggest,
};
use crate::lab::{Place, Segment};
use serde_json::{Map, Value};

/// Holds a document against the schema: every unknown key, missing key, wrong type and unknown
/// word is a fault. What is left can be decoded; a thing in a list or under a free name that was
/// found faulty is null.
pub fn check(document: &Node, schema: &Value, faults: &mut Faults) -> Option<Value> {
    Shape { root: schema, faults }.value(document, schema, &Place::root())
}

struct Shape<'s, 'f> {
    root: &'s Value,
    faults: &'f mut Faults,
}

impl<'s> Shape<'s, '_> {
    /// The value without its faulty parts; nothing if it is faulty as a whole.
    fn value(&mut self, node: &Node, schema: &'s Value, at: &Place) -> Option<Value> {
        let Some(fitting) = self.fitting(schema, &node.content) else {
            self.wrong_type(node, schema, at);
            return None;
        };
        match &*node.content {
            Content::Mapping(mapping) => self.mapping(mapping, fitting, at),
            Content::List(items) => Some(self.list(items, fitting, at)),
            Content::Scalar(Scalar { value: Value::String(word), .. }) => {
                self.word(word, fitting, at)
            }
            Content::Scalar(scalar) => Some(scalar.value.clone()),
        }
    }

    /// The schema itself or the one of its alternatives that allows the value's type.
    fn fitting(&self, schema: &'s Value, value: &Content) -> Option<&'s Value> {
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

    fn mapping(&mut self, mapping: &Mapping, schema: &'s Value, at: &Place) -> Option<Value> {
        let mut kept = Map::new();
        let misnamed = misnamed(mapping, schema);
        let strays = self.strays(mapping, schema, at);
        for (key, entry) in &mapping.entries {
            let spelled = spelled(key, schema);
            if strays.contains(&key.as_str()) {
                continue;
            }
            if is_unknown(&spelled, schema) {
                self.unknown_key((key, &entry.value, misnamed), schema, &at.key(key));
                if at.path.is_empty() {
                    self.unknown_section((key, &entry.value), mapping, schema);
                }
                continue;
            }
            if kept.contains_key(&spelled) {
                self.twice(key, &spelled, at);
            }
            kept.extend(self.entry((key, &spelled), &entry.value, (schema, at)));
        }
        let lacking: Vec<_> = required(schema).filter(|key| !kept.contains_key(*key)).collect();
        for key in &lacking {
            // A key that is there and faulty is not missed.
            if !mapping.is_obscured && !self.faults.blurred(&at.key(key)) {
                self.missing(key, schema, at);
            }
        }
        let is_kept = lacking.is_empty() || is_judged_in_part(schema, self.root);
        is_kept.then_some(Value::Object(kept))
    }

    /// The keys that belong under another one of the mapping, which has no value; of each such one
    /// it is told once.
    fn strays<'m>(&mut self, mapping: &'m Mapping, schema: &'s Value, at: &Place) -> Vec<&'m str> {
        let inside = |key: &str| {
            let own = schema["properties"].get(spelled(key, schema));
            let value = own.or_else(|| schema.get("additionalProperties"))?;
            self.choices(value).into_iter().find(|choice| choice["type"] == "object")
        };
        let strays = Places { schema, inside }.strays(mapping);
        for (key, parent) in &strays {
            let above = at.key(parent);
            if !self.faults.blurred(&above) {
                self.faults.push(rule::WRONG_TYPE.at(
                    &at.key(key).as_key(),
                    format!("`{key}` stands beside `{parent}:`, which has no value"),
                    format!("indent it by two spaces more, below `{parent}:`"),
                ));
                self.faults.doubt(&above);
            }
        }
        strays.into_iter().map(|(key, _)| key).collect()
    }

    /// An entry whose key stands so in the file, and is spelled so by the schema.
    fn entry(
        &mut self,
        (key, spelled): (&str, &str),
        value: &Node,
        (schema, at): (&'s Value, &Place),
    ) -> Option<(String, Value)> {
        let place = at.key(key);
        if let Some(property) = schema["properties"].get(spelled) {
            let is_left_out = value.is_null() && !required(schema).any(|r| r == spelled);
            let value = if is_left_out { None } else { self.value(value, property, &place) };
            return Some((spelled.to_owned(), value?));
        }
        match schema.get("additionalProperties") {
            Some(Value::Object(_)) if joined(key, value).is_some() && value.is_null() => {
                self.joined_key((key, value), &place);
                let name = key.split([':', '=', ' ']).next().unwrap_or(key);
                Some((name.to_owned(), Value::Null))
            }
            Some(free) => {
                let value = self.value(value, free, &place);
                Some((key.to_owned(), value.unwrap_or_default()))
            }
            None => None,
        }
    }

    fn list(&mut self, items: &[Node], schema: &'s Value, at: &Place) -> Value {
        let item = &schema["items"];
        let checked = |(index, value)| self.value(value, item, &at.index(index));
        items.iter().enumerate().map(checked).map(Option::unwrap_or_default).collect()
    }

    fn word(&mut self, word: &str, schema: &Value, at: &Place) -> Option<Value> {
        let Some(choices) = schema["oneOf"].as_array() else { return Some(word.into()) };
        let words: Vec<_> = choices.iter().filter_map(|c| c["const"].as_str()).collect();
        if words.contains(&word) {
            return Some(word.into());
        }
        // Two words are one, whatever joins them: `keep_alive` is `keep-alive`.
        let hyphenated = word.replace('_', "-");
        if words.contains(&hyphenated.as_str()) {
            return Some(hyphenated.into());
        }
        let noun = schema["title"].as_str().unwrap_or("word");
        let broken = if noun == "scheduler" { rule::UNKNOWN_SCHEDULER } else { rule::UNKNOWN_WORD };
        let help = suggest::help(word, words, &format!("{noun}s"));
        self.faults.push(broken.at(at, format!("`{word}` is no {noun}"), help));
        None
    }

    /// A key that is there already in another spelling.
    fn twice(&mut self, key: &str, spelled: &str, at: &Place) {
        let message = format!("`{spelled}` is given twice, in two spellings");
        self.faults.push(rule::DUPLICATE_KEY.at(
            &at.key(key).as_key(),
            message,
            "keep one of them",
        ));
    }

    fn missing(&mut self, key: &str, schema: &Value, at: &Place) {
        let message = match at.path.last() {
            None => format!("the lab has no `{key}`"),
            Some(_) => format!("{} has no `{key}`", subject(at)),
        };
        let help = match meaning(&schema["properties"][key]) {
            Some(meaning) => format!("add `{key}`: {meaning}"),
            None => format!("add `{key}`"),
        };
        self.faults.push(rule::MISSING_KEY.at(&at.as_key(), message, help));
    }

    /// A key that has its value in itself, as the space behind the colon is missing.
    fn joined_key(&mut self, (key, value): (&str, &Node), at: &Place) {
        let help = joined(key, value).unwrap_or_default();
        self.faults.push(rule::WRONG_TYPE.at(
            &at.as_key(),
            format!("{} has no value", subject(at)),
            help,
        ));
    }

    /// A key that the schema does not have; `misnamed` is the one that it may stand for.
    fn unknown_key(
        &mut self,
        (key, value, misnamed): (&str, &Node, Option<&str>),
        schema: &Value,
        at: &Place,
    ) {
        let known = schema["properties"].as_object().into_iter().flatten();
        let known: Vec<_> = known.map(|(k, _)| k.as_str()).collect();
        let mut near = suggest::help(key, known.iter().copied(), "keys here");
        if let (Some(misnamed), true) = (misnamed, near.starts_with("keys here")) {
            near = format!("`{misnamed}` is missing: is that meant? {near}");
        }
        let help = joined(key, value).or_else(|| dash_alone(key)).unwrap_or(near);
        // What was meant is there, under a wrong name: nothing else tells that it is missing. A slip
        // of the pen stands for the key that it resembles, and for no other.
        if let (Some(meant), Some((_, mapping))) =
            (suggest::did_you_mean(key, known.iter().copied()).or(misnamed), at.path.split_last())
        {
            let mapping = Place { path: mapping.to_vec(), ..Place::root() };
            self.faults.doubt(&mapping.key(meant));
        }
        self.faults.push(rule::UNKNOWN_KEY.at(
            &at.as_key(),
            format!("the key `{key}` is unknown"),
            help,
        ));
    }

    /// An unknown section may be any that the file does not have, unless it is clear which was meant.
    fn unknown_section(&mut self, (key, value): (&str, &Node), file: &Mapping, schema: &Value) {
        let known = schema["properties"].as_object().into_iter().flatten();
        let known: Vec<_> = known.map(|(k, _)| k.as_str()).collect();
        let is_clear = suggest::did_you_mean(key, known.iter().copied()).is_some();
        if is_clear || !matches!(&*value.content, Content::Mapping(_)) {
            return;
        }
        let absent = known.into_iter().filter(|key| !file.entries.contains_key(*key));
        absent.for_each(|key| self.faults.doubt(&Place::root().key(key)));
    }

    fn wrong_type(&mut self, node: &Node, schema: &'s Value, at: &Place) {
        // What could not be read well is known to be faulty.
        if self.faults.blurred(at) {
            return;
        }
        let wanted = self.resolved(schema);
        let title = schema["title"].as_str().or_else(|| wanted["title"].as_str());
        let expected = words(wanted).or_else(|| title.map(str::to_owned));
        let is_whole = at.path.is_empty();
        let expected = expected.filter(|_| !is_whole).unwrap_or_else(|| noun(wanted));
        let message = if node.is_null() {
            format!("{} has no value", subject(at))
        } else {
            format!("{} must be {expected}, not {}", subject(at), found(&node.content))
        };
        let choices = self.choices(schema);
        let mut choices = choices.into_iter().map(|choice| Wanted { schema: choice, key: schema });
        let meant = match is_whole {
            true => Some("begin with `name:`, or let `lvs-lab init` write a first file".to_owned()),
            false => choices.find_map(|wanted| meant(node, wanted, at)),
        };
        let help = meant.unwrap_or_else(|| match meaning(schema) {
            Some(meaning) => format!("{}: {meaning}", subject(at)),
            None if item_is_left_out(node, at) => format!("write {expected}, or delete the `-`"),
            None => format!("write {expected}"),
        });
        self.faults.push(rule::WRONG_TYPE.at(&dashed(node, at), message, help));
    }

    /// The schemas of the types that are allowed.
    fn choices(&self, schema: &'s Value) -> Vec<&'s Value> {
        let schema = self.resolved(schema);
        match schema["anyOf"].as_array() {
            Some(all) => all.iter().flat_map(|one| self.choices(one)).collect(),
            None => vec![schema],
        }
    }
}

/// The first key of a mapping that may be an item of a list, as it begins with a dash or with what
/// looks like one; else the place itself.
fn dashed(node: &Node, at: &Place) -> Place {
    let Content::Mapping(mapping) = &*node.content else { return at.clone() };
    let first = mapping.entries.keys().next().filter(|key| begins_with_dash(key));
    first.map_or_else(|| at.clone(), |key| at.key(key).as_key())
}

/// Whether nothing stands behind the dash of an item.
fn item_is_left_out(node: &Node, at: &Place) -> bool {
    node.is_null() && matches!(at.path.last(), Some(Segment::Index(_)))
}

fn is_of(content: &Content, name: &str) -> bool {
    match content {
        Content::Mapping(_) => name == "object",
        Content::List(_) => name == "array",
        Content::Scalar(scalar) => match &scalar.value {
            Value::Bool(_) => name == "boolean",
            Value::Number(number) => name == "number" || name == "integer" && number.is_i64(),
            Value::String(_) => name == "string",
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        },
    }
}
