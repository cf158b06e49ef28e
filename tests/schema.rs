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
