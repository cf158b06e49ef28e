//! The JSON Schema that editors read is the one that the program checks files with, and every key
//! of it is explained in docs/topology.md.

use serde_json::Value;
use std::path::Path;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/topologies/schema.json");

/// Run with `UPDATE_SCHEMA=1` to write the file anew.
#[test]
fn the_checked_in_schema_is_current() {
    let current = format!("{:#}\n", lvs_lab::topology::schema());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(FILE, &current).unwrap();
    }
    let checked_in = std::fs::read_to_string(Path::new(FILE)).unwrap();
    assert!(checked_in == current, "run `UPDATE_SCHEMA=1 cargo test --test schema`");
}

#[test]
fn every_key_says_what_it_means() {
    for (key, property) in properties(&lvs_lab::topology::schema()) {
        assert!(property["description"].is_string(), "`{key}` has no description");
    }
}

#[test]
fn every_key_has_a_row_in_the_documentation_for_each_place_where_it_may_stand() {
    let mut schema = lvs_lab::topology::schema();
    // A real server has every key of a node, and they share a table.
    schema["$defs"]["Node"].take();
    let keys: Vec<_> = properties(&schema).into_iter().map(|(key, _)| key).collect();
    let text = include_str!("../docs/topology.md");
    let rows = |key: &str| {
        let start = format!("| `{key}` | ");
        let listed = |line: &&str| line.starts_with(&start) && line.matches('|').count() == 5;
        text.lines().filter(listed).count()
    };
    for key in &keys {
        let places = keys.iter().filter(|k| *k == key).count();
        assert_eq!(rows(key), places, "rows for `{key}` in docs/topology.md");
    }
}

#[test]
fn the_whole_examples_of_the_documentation_are_right() {
    let text = include_str!("../docs/topology.md");
    let examples = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let whole: Vec<_> = examples.filter(|e| e.lines().any(|l| l.starts_with("name:"))).collect();
    assert_eq!(whole.len(), 2);
    for text in whole {
        let name = "docs/topology.md".to_owned();
        let source = lvs_lab::lab::Source { name, text: text.to_owned() };
        assert!(lvs_lab::topology::load(&source).is_ok_and(|valid| valid.warnings.is_empty()));
    }
}

/// Every key of the schema, wherever it is allowed.
fn properties(schema: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    match schema {
        Value::Object(entries) => {
            if let Some(Value::Object(properties)) = entries.get("properties") {
                found.extend(properties.iter().map(|(k, v)| (k.clone(), v.clone())));
            }
            found.extend(entries.values().flat_map(properties));
        }
        Value::Array(items) => found.extend(items.iter().flat_map(properties)),
        _ => {}
    }
    found
}
