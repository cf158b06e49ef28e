use super::*;
use crate::topology::{builtin, builtins};
use proptest::prelude::*;
use serde_json::Value;

/// What a place looks like in the text.
fn shown(text: &str, place: &Place) -> String {
    shown_in(&Document::of(text), place)
}

fn shown_in(document: &Document<'_>, place: &Place) -> String {
    let at = document.position(place).unwrap_or_else(|| panic!("no place {place}"));
    let line = document.lines.line(at.line).unwrap();
    line.chars().skip(at.column - 1).take(at.length).collect()
}

fn key(keys: &[&str]) -> Place {
    keys.iter().fold(Place::root(), |place, key| place.key(key))
}

const TEXT: &str = r#"
name: lab   # a comment
list: [one, "two, three", 'it''s',
  four ]
map: { a: 1, "b c": 0x10, d: }
block:
  - x: 1
    y: plain, not a list # a comment
  - ~
  -
长: 轮询
again: 1
again: 2
folded: >
  many
  lines
"#;

#[test]
fn scalars_are_found_in_every_style() {
    assert_eq!(shown(TEXT, &key(&["name"])), "lab");
    assert_eq!(shown(TEXT, &key(&["list"]).index(0)), "one");
    assert_eq!(shown(TEXT, &key(&["list"]).index(1)), "\"two, three\"");
    assert_eq!(shown(TEXT, &key(&["list"]).index(2)), "'it''s'");
    assert_eq!(shown(TEXT, &key(&["list"]).index(3)), "four");
    assert_eq!(shown(TEXT, &key(&["map"])), "{ a: 1, \"b c\": 0x10, d: }");
    assert_eq!(shown(TEXT, &key(&["map", "a"])), "1");
    assert_eq!(shown(TEXT, &key(&["map", "b c"])), "0x10");
    assert_eq!(shown(TEXT, &key(&["block"]).index(0).key("y")), "plain, not a list");
    assert_eq!(shown(TEXT, &key(&["block"]).index(1)), "~");
    assert_eq!(shown(TEXT, &key(&["长"])), "轮询");
    assert_eq!(shown(TEXT, &key(&["folded"])), ">");
}

#[test]
fn keys_are_found_and_stand_for_values_that_are_not_there() {
    assert_eq!(shown(TEXT, &key(&["map", "b c"]).as_key()), "\"b c\"");
    assert_eq!(shown(TEXT, &key(&["block"]).index(0).key("x").as_key()), "x");
    assert_eq!(shown(TEXT, &key(&["长"]).as_key()), "长");
    assert_eq!(shown(TEXT, &key(&["map", "d"])), "d");
}

#[test]
fn the_dash_stands_for_an_item_that_is_not_there() {
    assert_eq!(shown(TEXT, &key(&["block"]).index(2)), "-");
    assert_eq!(Document::of(TEXT).position(&key(&["block"]).index(2)).unwrap().line, 10);
}

#[test]
fn of_a_repeated_key_the_last_one_is_found() {
    let last = Document::of(TEXT).position(&key(&["again"]).as_key()).unwrap();
    assert_eq!(TEXT.lines().nth(last.line - 1), Some("again: 2"));
    assert_eq!(shown(TEXT, &key(&["again"])), "2");
}

#[test]
fn what_is_not_there_is_shown_at_what_is_above_it() {
    assert_eq!(shown(TEXT, &key(&["nothing"])), "name");
    assert_eq!(shown(TEXT, &key(&["name", "deeper"])), "name");
    assert_eq!(shown(TEXT, &key(&["map", "z"])), "map");
    assert_eq!(shown(TEXT, &key(&["list"]).index(4)), "list");
}

#[test]
fn an_alias_stands_for_itself_and_what_is_in_it_where_it_was_written() {
    let text = "a: &x { b: 1 }\nc: *x\n";
    assert_eq!(shown(text, &key(&["c"])), "*x");
    assert_eq!(shown(text, &key(&["c", "b"])), "1");
}

/// Holds every key and every scalar of a document against what is found at its place.
fn compare(document: &Document<'_>, node: &Node, at: &Place) {
    match &*node.content {
        Content::Mapping(mapping) => mapping.entries.iter().for_each(|(k, entry)| {
            let at = at.key(k);
            assert_eq!(shown_in(document, &at.as_key()), *k);
            compare(document, &entry.value, &at);
        }),
        Content::List(items) => {
            items.iter().enumerate().for_each(|(i, item)| compare(document, item, &at.index(i)));
        }
        Content::Scalar(scalar) => match shown_in(document, at).trim_matches('"') {
            "|" => assert!(scalar.text.ends_with('\n'), "{}", scalar.text),
            shown => assert_eq!(shown, scalar.text),
        },
    }
}

#[test]
fn every_place_of_every_built_in_topology_is_found() {
    for found in builtins() {
        let text = builtin(found.name).unwrap().text;
        let document = Document::of(&text);
        compare(&document, document.root().unwrap(), &Place::root());
    }
}

/// Whether a value is what serde_yaml reads. It keeps the tag `!`, which makes a scalar a text and
/// leaves a list or a mapping what it is (YAML 1.2.2, section 6.9.1).
fn is_same(node: &Node, read: &serde_yaml::Value) -> bool {
    match (&*node.content, read) {
        (Content::Scalar(scalar), serde_yaml::Value::Tagged(read)) => {
            read.tag == "!" && scalar.value == Value::String(scalar.text.clone())
        }
        (_, serde_yaml::Value::Tagged(read)) => read.tag == "!" && is_same(node, &read.value),
        (Content::Mapping(mapping), serde_yaml::Value::Mapping(read)) => {
            mapping.entries.len() == read.len()
                && mapping.entries.iter().zip(read).all(|((key, entry), (read_key, value))| {
                    read_key.as_str().is_none_or(|read| read == key) && is_same(&entry.value, value)
                })
        }
        (Content::List(items), serde_yaml::Value::Sequence(read)) => {
            items.len() == read.len() && items.iter().zip(read).all(|(i, r)| is_same(i, r))
        }
        (Content::Scalar(scalar), read) => match (&scalar.value, read) {
            (Value::Null, serde_yaml::Value::Null) => true,
            (Value::Bool(is), serde_yaml::Value::Bool(read)) => is == read,
            (Value::String(text), serde_yaml::Value::String(read)) => text == read,
            (Value::String(_), serde_yaml::Value::Number(read)) => !read.is_finite(),
            (Value::Number(number), serde_yaml::Value::Number(read)) => {
                number.as_i64() == read.as_i64() && number.as_f64() == read.as_f64()
            }
            _ => false,
        },
        _ => false,
    }
}

/// Holds what is read against what serde_yaml reads: the same values, or a fault where it has an
/// error.
fn hold_against_serde_yaml(text: &str) -> Result<(), String> {
    let mut faults = Faults::default();
    let document = Document::read(text, &mut faults);
    let read = serde_yaml::from_str::<serde_yaml::Value>(text);
    match (document.root(), read) {
        // Some of what it takes means nothing in a topology, and is told.
        _ if !faults.is_empty() => Ok(()),
        (Some(root), Ok(read)) if is_same(root, &read) => Ok(()),
        (root, read) => Err(format!("{root:?} is not {read:?}")),
    }
}

#[test]
fn every_topology_and_every_faulty_file_is_read_as_serde_yaml_reads_it() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/");
    let mut read = 0;
    for folder in ["topologies", "topologies/notes", "tests/errors"] {
        for entry in std::fs::read_dir(format!("{root}{folder}")).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap_or_default();
            if let (true, Ok(text)) =
                (path.extension().is_some_and(|e| e == "yaml"), String::from_utf8(bytes))
            {
                hold_against_serde_yaml(&text).unwrap_or_else(|e| panic!("{path:?}: {e}"));
                read += 1;
            }
        }
    }
    assert!(read > 150, "{read} files");
}

proptest! {
    /// Texts of YAML's own signs are read as serde_yaml reads them, or have a fault.
    #[test]
    fn a_text_of_yaml_s_signs_is_read_as_serde_yaml_reads_it(
        text in "([a-c1 \n\"'&*!|>{}:,?#~-]|\\[|\\]|: |- |\n  |0x1|1\\.5|true|null){0,40}",
    ) {
        hold_against_serde_yaml(&text).map_err(TestCaseError::fail)?;
    }
}
