use super::{faults::Faults, key::Key, rule};
use crate::lab::Place;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use serde_json::{Map, Number, Value};
use std::fmt;

/// The document as a tree, or one fault that says why it is none.
///
/// The tree is JSON's because the schema is JSON's. A key that is given twice is a fault; its last
/// value stands.
pub fn read(text: &str, faults: &mut Faults) -> Option<Value> {
    let tree = Tree { at: Place::root(), faults };
    match tree.deserialize(serde_yaml::Deserializer::from_str(text)) {
        Ok(Value::Null) if faults.is_empty() => {
            faults.push(rule::EMPTY_FILE.at(
                &Place::root(),
                "the file is empty",
                "begin with `name:`, or let `lvs-lab init` write a first file",
            ));
            None
        }
        Ok(Value::Null) => None,
        Ok(value) => Some(value),
        Err(error) => {
            faults.push(unreadable(text, &error));
            None
        }
    }
}

fn unreadable(text: &str, error: &serde_yaml::Error) -> crate::diag::Diagnostic {
    let line = error.location().and_then(|l| text.lines().nth(l.line() - 1));
    if line.is_some_and(indented_by_tab) {
        return rule::TAB.at(
            &Place::root(),
            "a tab indents this line",
            "indent with spaces: YAML allows no tabs there (YAML 1.2.2, section 6.1)",
        );
    }
    let problem = error.to_string();
    let problem = problem.split(" at line ").next().unwrap_or(&problem);
    rule::SYNTAX.at(
        &Place::root(),
        format!("this is not YAML: {problem}"),
        "look at the quotes, brackets and indentation here and in the line above",
    )
}

fn indented_by_tab(line: &str) -> bool {
    line.chars().take_while(|c| c.is_whitespace()).any(|c| c == '\t')
}

/// Builds the tree under one place.
struct Tree<'f> {
    at: Place,
    faults: &'f mut Faults,
}

impl Tree<'_> {
    fn child(&mut self, at: Place) -> Tree<'_> {
        Tree { at, faults: self.faults }
    }

    fn no_key(&mut self) {
        self.faults.push(rule::SYNTAX.at(
            &self.at,
            "a list or a mapping cannot be a key",
            "look for doubled brackets: templates such as `{{ name }}` must be filled in first",
        ));
    }

    fn repeated(&mut self, key: &str) {
        self.faults.push(rule::DUPLICATE_KEY.at(
            &self.at.key(key).as_key(),
            format!("the key `{key}` is given twice"),
            "keep one of the two: the later one would silently win",
        ));
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, yaml: D) -> Result<Value, D::Error> {
        yaml.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, a list or a mapping")
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or_else(|| value.to_string().into(), Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        loop {
            let at = self.at.index(items.len());
            match list.next_element_seed(self.child(at))? {
                Some(item) => items.push(item),
                None => return Ok(items.into()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut mapping: A) -> Result<Value, A::Error> {
        let mut entries = Map::new();
        while let Some(key) = mapping.next_key_seed(Key(|_| false))? {
            let Some(key) = key else {
                self.no_key();
                mapping.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = mapping.next_value_seed(self.child(self.at.key(&key)))?;
            if entries.shift_remove(&key).is_some() {
                self.repeated(&key);
            }
            entries.insert(key, value);
        }
        Ok(entries.into())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Value, A::Error> {
        self.faults.push(rule::SYNTAX.at(
            &self.at,
            "tags such as `!name` have no meaning in a topology",
            "leave the tag out, or put the text into quotes",
        ));
        tagged.variant::<IgnoredAny>()?.1.newtype_variant::<IgnoredAny>()?;
        Ok(Value::Null)
    }
}
