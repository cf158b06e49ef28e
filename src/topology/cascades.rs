//! One mistake is one diagnostic: each value of a sound topology is made a bad one in turn.

use super::document::{Content, Document, Node};
use super::{builtin, load};
use crate::diag::{Diagnostic, Severity};
use crate::lab::{Place, Source};
use std::ops::Range;

/// What no key takes, except where any text is welcome.
const BAD: [&str; 2] = ["\"?\"", "-7"];

/// The bytes of each value without others inside it, and its place.
fn values(node: &Node, at: &Place, found: &mut Vec<(Place, Range<usize>)>) {
    match &*node.content {
        Content::Scalar(_) if node.span.len() > 1 || !node.is_null() => {
            found.push((at.clone(), node.span.clone()));
        }
        Content::Scalar(_) => {}
        Content::List(items) => {
            items.iter().enumerate().for_each(|(i, item)| values(item, &at.index(i), found));
        }
        Content::Mapping(mapping) => {
            mapping.entries.iter().for_each(|(k, e)| values(&e.value, &at.key(k), found));
        }
    }
}

/// The errors of a text.
fn errors(text: String) -> Vec<Diagnostic> {
    let found = load(&Source { name: "lab.yaml".to_owned(), text }).err().unwrap_or_default();
    found.into_iter().filter(|d| d.severity == Severity::Error).collect()
}

/// Each value made bad in turn; one of several lines is left as it is.
fn made_bad(text: &str) -> Vec<(Place, String)> {
    let document = Document::of(text);
    let mut found = Vec::new();
    document.root().into_iter().for_each(|root| values(root, &Place::root(), &mut found));
    found.retain(|(_, span)| !text[span.clone()].starts_with('|'));
    let bad = |(at, span): (Place, Range<usize>)| {
        BAD.map(|bad| {
            let mut text = text.to_owned();
            text.replace_range(span.clone(), bad);
            (at.clone(), text)
        })
    };
    found.into_iter().flat_map(bad).collect()
}

#[test]
fn a_bad_value_is_one_error() {
    let mut texts: Vec<_> =
        ["dr", "ha", "fwmark", "persistence"].map(|name| builtin(name).unwrap().text).to_vec();
    texts.push(include_str!("tests/high-availability.yaml").to_owned());
    let mut told = 0;
    for (at, text) in texts.iter().flat_map(|text| made_bad(text)) {
        let errors = errors(text);
        let messages: Vec<_> = errors.iter().map(|d| (d.code.0, &d.message)).collect();
        assert!(errors.len() <= 1, "a bad value at {at}: {messages:#?}");
        told += errors.len();
    }
    assert!(told > 300, "{told}");
}
