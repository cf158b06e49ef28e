use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use std::fmt;

/// Reads a mapping's key as text; nothing where it is a list or a mapping itself. If the key is
/// the one that is searched, reading ends with an error there.
pub struct Key<F: FnOnce(&str) -> bool>(pub F);

impl<F: FnOnce(&str) -> bool> Key<F> {
    fn text<E: Error>(self, text: &str) -> Result<Option<String>, E> {
        if (self.0)(text) { Err(E::custom("found")) } else { Ok(Some(text.to_owned())) }
    }
}

impl<'de, F: FnOnce(&str) -> bool> DeserializeSeed<'de> for Key<F> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, yaml: D) -> Result<Option<String>, D::Error> {
        yaml.deserialize_any(self)
    }
}

impl<'de, F: FnOnce(&str) -> bool> Visitor<'de> for Key<F> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Option<String>, E> {
        self.text(key)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<String>, E> {
        self.text("null")
    }

    fn visit_bool<E: Error>(self, key: bool) -> Result<Option<String>, E> {
        self.text(&key.to_string())
    }

    fn visit_i64<E: Error>(self, key: i64) -> Result<Option<String>, E> {
        self.text(&key.to_string())
    }

    fn visit_u64<E: Error>(self, key: u64) -> Result<Option<String>, E> {
        self.text(&key.to_string())
    }

    fn visit_f64<E: Error>(self, key: f64) -> Result<Option<String>, E> {
        self.text(&key.to_string())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<String>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut mapping: A) -> Result<Option<String>, A::Error> {
        while mapping.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Option<String>, A::Error> {
        tagged.variant::<IgnoredAny>()?.1.newtype_variant::<IgnoredAny>()?;
        Ok(None)
    }
}
