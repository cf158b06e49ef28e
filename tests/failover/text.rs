//! Topologies as data, to make others of them.

use crate::support::topology;
use serde_yaml::{Mapping, Value};

/// A built-in topology, without its comments.
pub fn parsed(name: &str) -> Value {
    serde_yaml::from_str(&topology(name)).unwrap()
}

/// A mapping inside a mapping.
#[track_caller]
pub fn inner<'a>(value: &'a mut Value, path: &[&str]) -> &'a mut Mapping {
    let found = path.iter().try_fold(value, |value, key| value.get_mut(key));
    found.unwrap_or_else(|| panic!("no {path:?}")).as_mapping_mut().unwrap()
}

/// The topology with these of its scenarios only.
pub fn with_scenarios(mut topology: Value, wanted: &[&str]) -> Value {
    let scenarios = inner(&mut topology, &["scenarios"]);
    scenarios.retain(|name, _| wanted.contains(&name.as_str().unwrap()));
    assert_eq!(scenarios.len(), wanted.len());
    topology
}

/// The names of a topology's scenarios, in order.
pub fn scenarios(topology: &Value) -> Vec<String> {
    let names = topology["scenarios"].as_mapping().unwrap().keys();
    names.map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// As a file's text.
pub fn written(topology: &Value) -> String {
    serde_yaml::to_string(topology).unwrap()
}
