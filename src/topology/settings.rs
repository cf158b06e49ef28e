//! How settings are written where a file has a text or a list in their place, or has them in the
//! place of a list.

use super::document::{Content, Mapping, Node, Scalar, begins_with_dash, mended};
use crate::lab::{Place, Segment};
use ipnet::IpNet;
use serde_json::Value;
use std::net::IpAddr;

/// A scalar in the place of settings.
pub fn settings(scalar: &Scalar, schema: &Value, at: &Place) -> Option<String> {
    if scalar.value.is_null() {
        let needs_none = schema["required"].as_array().is_none_or(Vec::is_empty);
        let has_keys = schema["properties"].is_object();
        let is_named = matches!(at.path.last(), Some(Segment::Key(_)));
        return (needs_none && has_keys && is_named).then(|| "write `{}`, or settings".to_owned());
    }
    let has = |key: &str| schema["properties"].get(key).is_some();
    let text = scalar.text.trim();
    if has("weight")
        && let Ok(number) = text.parse::<i64>()
    {
        return Some(format!("write `{{ weight: {number} }}`, if a weight is meant"));
    }
    if text.parse::<IpAddr>().is_ok() {
        let addresses = format!("{{ NETWORK: {text} }}");
        let is_plugs = matches!(at.path.last(), Some(Segment::Key(key)) if key == "addresses");
        let all = has("addresses").then(|| format!("{{ addresses: {addresses} }}"));
        let written = all.or_else(|| is_plugs.then_some(addresses))?;
        return Some(format!("write `{written}`, with the network's name"));
    }
    if has(text) {
        return Some(format!("write `{{ {text}: {{}} }}`"));
    }
    if let Some(written) = route(text).or_else(|| bare(text, schema, at)) {
        return Some(written);
    }
    let is_pair = text.contains(['=', ':']);
    mended(text).filter(|_| is_pair).map(|(message, help)| format!("{help}: {message}"))
}

/// The setting that a text alone stands for.
fn bare(text: &str, schema: &Value, at: &Place) -> Option<String> {
    let has = |key: &str| schema["properties"].get(key).is_some();
    if let Some((key, value)) = text.split_once(' ').filter(|(key, _)| has(key)) {
        return Some(format!("write `{{ {key}: {} }}`", value.trim()));
    }
    let settings = match key(at)? {
        "track" if has("network") => format!("network: {text}"),
        "http" if text.starts_with('/') => format!("path: {text}"),
        "run" => format!("on: NODE, command: {text}"),
        "backends" if text.parse::<u16>().is_ok() => format!("{text}: {{}}"),
        _ => return None,
    };
    Some(format!("write `{{ {settings} }}`"))
}

/// The key at a place, or of the list of which it is an item.
fn key(at: &Place) -> Option<&str> {
    at.path.iter().rev().find_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    })
}

/// A route as ip(8) writes it.
fn route(text: &str) -> Option<String> {
    let (destination, behind) = text.split_once(" via ")?;
    let hop = behind.split_whitespace().next()?;
    Some(match destination.trim() {
        "default" => default_route(hop),
        destination => format!("write `{destination}: {hop}`"),
    })
}

fn default_route(hop: &str) -> String {
    format!("write `gateway: {hop}` at the node, in the place of `routes`")
}

/// A list in the place of a mapping.
pub fn by_name(items: &[Node], schema: &Value, at: &Place) -> Option<String> {
    let item = items.first()?;
    match &*item.content {
        Content::Scalar(scalar) if scalar.text.parse::<IpAddr>().is_ok() => {
            settings(scalar, schema, at)
        }
        Content::Scalar(scalar) if !scalar.value.is_string() => bare(&scalar.text, schema, at),
        Content::Scalar(scalar) if scalar.text.contains(" via ") => route(&scalar.text),
        Content::Scalar(scalar) if scalar.text.parse::<IpNet>().is_ok() => {
            Some(format!("give each a name, as in `{{ NAME: {} }}`", scalar.text))
        }
        Content::Scalar(_) if schema["additionalProperties"]["type"] == "array" => {
            Some(format!("give the list a name, as in `{{ NAME: [{}] }}`", texts(items)?))
        }
        Content::Scalar(scalar) => match mended(&scalar.text) {
            Some((_, help)) if scalar.text.contains(['=', ':']) => {
                Some(format!("{help}, without a list around it"))
            }
            _ => Some(format!(
                "write a mapping, without dashes or brackets, as in `{}: ...`",
                scalar.text
            )),
        },
        Content::Mapping(mapping) => match named(mapping) {
            Some((name, _)) => {
                Some(format!("write each under its name, without a dash: `{name}:`"))
            }
            None if key(at) == Some("routes") => hops(mapping),
            None => Some("leave out the dashes, or the brackets of the list".to_owned()),
        },
        Content::List(_) => None,
    }
}

/// The texts of a list that has no others.
fn texts(items: &[Node]) -> Option<String> {
    let text = |item: &Node| match &*item.content {
        Content::Scalar(scalar) => Some(scalar.text.clone()),
        Content::List(_) | Content::Mapping(_) => None,
    };
    Some(items.iter().map(text).collect::<Option<Vec<_>>>()?.join(", "))
}

/// A route as other tools' files of YAML have it, or one alone.
fn hops(mapping: &Mapping) -> Option<String> {
    let text = |keys: &[&str]| {
        let entry = keys.iter().find_map(|key| mapping.entries.get(*key))?;
        match &*entry.value.content {
            Content::Scalar(scalar) => Some(scalar.text.as_str()),
            Content::List(_) | Content::Mapping(_) => None,
        }
    };
    let destination = text(&["to", "destination", "dest", "dst", "network", "subnet", "prefix"]);
    let hop = text(&["via", "gateway", "gw", "next_hop", "nexthop", "next-hop", "hop"]);
    Some(match (destination, hop) {
        (Some("default"), Some(hop)) => default_route(hop),
        (Some(destination), Some(hop)) => {
            format!("write `{{ {destination}: {hop} }}`, without dashes or brackets of a list")
        }
        _ => "leave out the dashes, or the brackets of the list".to_owned(),
    })
}

/// The name that a mapping gives itself, and its other keys.
fn named(mapping: &Mapping) -> Option<(&str, Vec<&str>)> {
    let Content::Scalar(name) = &*mapping.entries.get("name")?.value.content else { return None };
    let others = mapping.entries.keys().map(String::as_str).filter(|key| *key != "name");
    Some((&name.text, others.collect()))
}

/// A mapping in the place of a list: names with nothing behind them, or an item without its dash.
pub fn names(mapping: &Mapping, schema: &Value) -> Option<String> {
    let is_of_texts = schema["items"]["type"] == "string";
    let empty = mapping.entries.values().all(|entry| entry.value.is_null());
    let names: Vec<_> = mapping.entries.keys().map(String::as_str).collect();
    let is_of_mappings = schema["items"]["$ref"].is_string() || schema["items"]["type"] == "object";
    match names.first() {
        Some(_) if is_of_texts && empty => Some(format!("write `[{}]`", names.join(", "))),
        Some(first) if is_of_mappings && !begins_with_dash(first) => {
            Some(format!("write a list, each item with a dash, as in `- {first}: ...`"))
        }
        _ => None,
    }
}

/// Settings of an item in a list of real servers.
pub fn table(mapping: &Mapping, at: &Place) -> Option<String> {
    let key = list(at)?;
    let (name, settings) = match named(mapping) {
        Some((name, keys)) => {
            let keys: Vec<_> = keys.into_iter().map(|key| format!("{key}: ...")).collect();
            (name, format!("{{ {} }}", keys.join(", ")))
        }
        None => {
            let (name, entry) = mapping.entries.first()?;
            let weight = match &*entry.value.content {
                Content::Scalar(scalar) => scalar.value.as_i64(),
                Content::List(_) | Content::Mapping(_) => None,
            };
            let settings = weight.map(|weight| format!("{{ weight: {weight} }}"));
            (name.as_str(), settings.unwrap_or_else(|| "...".to_owned()))
        }
    };
    Some(format!("write a mapping in the place of the list: `{key}: {{ {name}: {settings} }}`"))
}

/// The key of a list of real servers, if the place is an item of one.
fn list(at: &Place) -> Option<&'static str> {
    match at.path.as_slice() {
        [.., Segment::Key(key), Segment::Index(_)] if key == "real_servers" => Some("real_servers"),
        _ => None,
    }
}
