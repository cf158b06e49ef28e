//! Slips of the pen: a sound topology with one place of it changed.

use crate::lab::Place;
use crate::topology::document::{Content, Document, Node, Scalar};
use std::net::IpAddr;

/// What is done to one place of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slip {
    /// The value is this JSON instead.
    Value(&'static str),
    /// A letter too many in a text.
    Text,
    /// The address is the first one of its network.
    FirstAddress,
    /// A letter too many in the key.
    Key,
    /// The key begins with a capital.
    Capital,
    /// The key is left out.
    LeftOut,
    /// The key stands there twice.
    Twice,
}

/// What no key takes, except where any text or any number is welcome, and an address of nowhere.
const VALUES: [Slip; 3] =
    [Slip::Value("\"?\""), Slip::Value("-7"), Slip::Value("\"198.51.100.7\"")];

/// Every slip of a topology: where, what, and the text that has it.
pub fn slips(text: &str) -> Vec<(Place, Slip, String)> {
    let document = Document::of(text);
    let root = document.root().unwrap();
    let mut found = Vec::new();
    places(root, &Place::root(), &mut found);
    let made = |(at, slip)| {
        let text = Written { at: &at, slip }.text(root, &Place::root());
        (at, slip, text)
    };
    found.into_iter().map(made).collect()
}

/// Each place with the slips that can be made there.
fn places(node: &Node, at: &Place, found: &mut Vec<(Place, Slip)>) {
    match &*node.content {
        Content::Scalar(scalar) => {
            found.extend(of_value(scalar).into_iter().map(|slip| (at.clone(), slip)));
        }
        Content::List(items) => {
            items.iter().enumerate().for_each(|(i, item)| places(item, &at.index(i), found));
        }
        Content::Mapping(mapping) => {
            for (key, entry) in &mapping.entries {
                let at = at.key(key);
                let slips = [Slip::Key, Slip::Capital, Slip::Twice];
                found.extend(slips.map(|slip| (at.clone(), slip)));
                // Without a section, each word that names what was in it is a mistake of its own;
                // so it is of an item of a list.
                let is_section = at.path.len() == 1;
                found.extend((!is_section).then(|| (at.clone(), Slip::LeftOut)));
                places(&entry.value, &at, found);
            }
        }
    }
}

fn of_value(scalar: &Scalar) -> Vec<Slip> {
    // A text of several lines is a program of its own.
    if scalar.text.contains('\n') {
        return Vec::new();
    }
    let is_text = scalar.value.is_string();
    let is_address = scalar.text.parse::<IpAddr>().is_ok();
    let mut slips = VALUES.to_vec();
    slips.extend(is_text.then_some(Slip::Text));
    slips.extend(is_address.then_some(Slip::FirstAddress));
    slips
}

/// A document on its way back into a text, which is JSON and so YAML.
struct Written<'s> {
    at: &'s Place,
    slip: Slip,
}

impl Written<'_> {
    /// Whether this is to be done here.
    fn is(&self, slip: Slip, at: &Place) -> bool {
        self.slip == slip && self.at == at
    }

    fn text(&self, node: &Node, at: &Place) -> String {
        match &*node.content {
            Content::Scalar(scalar) => self.scalar(scalar, at),
            Content::List(items) => {
                let items = items.iter().enumerate();
                let items: Vec<_> = items.map(|(i, item)| self.text(item, &at.index(i))).collect();
                format!("[{}]", items.join(",\n"))
            }
            Content::Mapping(mapping) => {
                let entries = mapping.entries.iter();
                let entries = entries.flat_map(|(key, e)| self.entry(key, &e.value, &at.key(key)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(",\n"))
            }
        }
    }

    /// No text, one, or two.
    fn entry(&self, key: &str, value: &Node, at: &Place) -> Vec<String> {
        let written = if self.is(Slip::Key, at) {
            format!("{key}x")
        } else if self.is(Slip::Capital, at) {
            key[..1].to_uppercase() + &key[1..]
        } else {
            key.to_owned()
        };
        let entry = format!("{}: {}", quoted(&written), self.text(value, at));
        match self.slip {
            Slip::LeftOut if self.at == at => Vec::new(),
            Slip::Twice if self.at == at => vec![entry.clone(), entry],
            _ => vec![entry],
        }
    }

    fn scalar(&self, scalar: &Scalar, at: &Place) -> String {
        match self.slip {
            Slip::Value(value) if self.at == at => value.to_owned(),
            Slip::Text if self.at == at => quoted(&format!("{}x", scalar.text)),
            Slip::FirstAddress if self.at == at => quoted(&first_address(&scalar.text)),
            _ => scalar.value.to_string(),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The address without its last group: that of its network, in the networks of these labs.
fn first_address(address: &str) -> String {
    match address.rsplit_once("::") {
        Some((network, _)) => format!("{network}::"),
        None => address.rsplit_once('.').map_or_else(String::new, |(net, _)| format!("{net}.0")),
    }
}
