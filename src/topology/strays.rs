use super::document::{Content, Mapping, Node};
use super::{keys::is_unknown, suggest};
use serde_json::Value;

/// What a mapping of the schema takes, with the schemas of what stands in it.
pub struct Places<'s, F> {
    /// The mapping's own schema.
    pub schema: &'s Value,
    /// The mapping that the value of a key may be.
    pub inside: F,
}

impl<'s, F: Fn(&str) -> Option<&'s Value>> Places<'s, F> {
    /// The keys that stand beside one that has no value and belong under it, as its lines are not
    /// indented enough; each with that one.
    pub fn strays<'m>(&self, mapping: &'m Mapping) -> Vec<(&'m str, &'m str)> {
        let mut open: Option<(&str, &Value)> = None;
        let mut strays = Vec::new();
        for (key, entry) in &mapping.entries {
            match open.filter(|(_, inside)| self.belongs(key, inside)) {
                Some((parent, _)) => strays.push((key.as_str(), parent)),
                None => {
                    let inside = is_left_out(&entry.value).then(|| (self.inside)(key)).flatten();
                    open = inside.map(|inside| (key.as_str(), inside));
                }
            }
        }
        strays
    }

    /// Whether a key that stands here belongs into another mapping.
    fn belongs(&self, key: &str, inside: &Value) -> bool {
        let is_key_there = inside["properties"].get(key).is_some();
        if !is_unknown(key, self.schema) {
            // Here it would be a name.
            return is_key_there && self.schema["properties"].get(key).is_none();
        }
        let known = self.schema["properties"].as_object().into_iter().flatten();
        let is_slip = suggest::did_you_mean(key, known.map(|(k, _)| k.as_str())).is_some();
        is_key_there || inside["additionalProperties"].is_object() && !is_slip
    }
}

/// Whether nothing stands behind a key, not even a word for nothing.
fn is_left_out(node: &Node) -> bool {
    matches!(&*node.content, Content::Scalar(scalar) if node.is_null() && scalar.text.is_empty())
}
