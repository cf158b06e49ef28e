use super::events::{Event, Parser, Problem, Properties, ScalarText};
use super::node::{Content, Entry, Mapping, Node, Scalar};
use super::written_line::joined;
use super::wrong::{self, DEEPEST, MOST_REPEATED};
use super::{letters, scalar, unreadable};
use crate::diag::{Diagnostic, Lines};
use crate::lab::Place;
use crate::topology::faults::Faults;
use crate::topology::rule;
use serde_json::Value;
use std::collections::HashMap;
use std::ops::Range;

/// The document of a text, or nothing if there is none or it cannot be read.
pub fn compose(lines: &Lines<'_>, faults: &mut Faults) -> Option<Node> {
    let mut composer = Composer {
        lines,
        parser: Parser::new(lines.text())?,
        faults,
        at: Place::root(),
        anchors: HashMap::new(),
        repeated: 0,
    };
    match composer.document() {
        Ok(root) => root,
        Err(stop) => {
            let fault = match stop {
                Stop::Problem(problem) => unreadable::unreadable(lines, &problem),
                Stop::Limit(fault) => *fault,
            };
            faults.push(fault);
            None
        }
    }
}

/// Why reading ended early.
enum Stop {
    Problem(Problem),
    Limit(Box<Diagnostic>),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

struct Composer<'t, 'f> {
    lines: &'t Lines<'t>,
    parser: Parser<'t>,
    faults: &'f mut Faults,
    /// Where the value that is read stands.
    at: Place,
    /// What stands at each anchor; nothing while it is read.
    anchors: HashMap<String, Option<Node>>,
    repeated: usize,
}

type Bytes = Range<usize>;

impl Composer<'_, '_> {
    fn document(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        loop {
            match self.parser.next()? {
                (Event::Stream, _) => {}
                (Event::Document, bytes) if root.is_some() => {
                    self.fault(
                        &bytes,
                        "a second document begins here",
                        "leave out `---`, or put the document into a file of its own",
                    );
                    return Ok(None);
                }
                (Event::Document, _) => {
                    root = Some(self.next()?.unwrap_or_else(|| Node::nothing(0..0)));
                    // The end of the document.
                    self.parser.next()?;
                }
                _ => return Ok(root),
            }
        }
    }

    /// The next value; nothing if there is none any more.
    fn next(&mut self) -> Result<Option<Node>, Stop> {
        let (event, bytes) = self.parser.next()?;
        self.value(event, bytes)
    }

    fn value(&mut self, event: Event, bytes: Bytes) -> Result<Option<Node>, Stop> {
        let (anchor, node) = match event {
            Event::Stream | Event::Document | Event::End => return Ok(None),
            Event::Alias(name) => return self.alias(&name, bytes).map(Some),
            Event::Scalar(properties, written) => self.scalar(properties, written, bytes),
            Event::List(properties) => {
                let anchor = self.begin(properties, &bytes)?;
                (anchor, self.list(bytes)?)
            }
            Event::Mapping(properties) => {
                let anchor = self.begin(properties, &bytes)?;
                (anchor, self.mapping(bytes)?)
            }
        };
        self.anchors.extend(anchor.map(|name| (name, Some(node.clone()))));
        Ok(Some(node))
    }

    fn scalar(
        &mut self,
        properties: Properties,
        written: ScalarText,
        bytes: Bytes,
    ) -> (Option<String>, Node) {
        let ScalarText { text, plain } = written;
        if let Some(letter) = letters::first_unsafe(&text) {
            self.push(wrong::character(&self.at, letter), &bytes);
        }
        let meant = if plain && properties.tag.is_none() {
            scalar::plain(&text)
        } else if let Some(tag) = &properties.tag {
            self.tagged(tag, &text, &bytes)
        } else {
            Some(text.clone().into())
        };
        let value = meant.unwrap_or_else(|| {
            self.push(wrong::too_large(&self.at, &text), &bytes);
            Value::Null
        });
        let is_left_out = plain && text.is_empty() && properties.tag.is_none();
        if let Some(name) = properties.anchor.as_ref().filter(|_| is_left_out) {
            self.push(wrong::empty_anchor(&self.at, name), &bytes);
        }
        let span = self.span(bytes, plain && text.is_empty());
        let is_tagged = properties.tag.is_some();
        (properties.anchor, Node::scalar(span, Scalar { text, value, is_tagged }))
    }

    fn tagged(&mut self, tag: &str, text: &str, bytes: &Bytes) -> Option<Value> {
        // `!` alone says that it is a text (YAML 1.2.2, section 6.9.1).
        if tag == "!" || scalar::is_of_tag(&Value::String(text.to_owned()), tag) == Some(true) {
            return Some(text.into());
        }
        let value = scalar::plain(text)?;
        match scalar::is_of_tag(&value, tag) {
            Some(true) => Some(value),
            Some(false) => {
                let message = format!("`{text}` is not what its tag says");
                self.fault(bytes, message, "leave the tag out");
                Some(Value::Null)
            }
            None => {
                self.push(wrong::tag(&self.at), bytes);
                Some(Value::Null)
            }
        }
    }

    /// Begins a list or a mapping.
    fn begin(&mut self, properties: Properties, bytes: &Bytes) -> Result<Option<String>, Stop> {
        if self.at.path.len() >= DEEPEST {
            return Err(self.stop(wrong::too_deep(), bytes));
        }
        let own = ["tag:yaml.org,2002:seq", "tag:yaml.org,2002:map", "!"];
        if properties.tag.is_some_and(|tag| !own.contains(&tag.as_str())) {
            self.push(wrong::tag(&self.at), bytes);
        }
        self.anchors.extend(properties.anchor.clone().map(|name| (name, None)));
        Ok(properties.anchor)
    }

    fn list(&mut self, begin: Bytes) -> Result<Node, Stop> {
        let (here, mut items) = (self.at.clone(), Vec::new());
        loop {
            self.at = here.index(items.len());
            let (event, bytes) = self.parser.next()?;
            let end = bytes.clone();
            match self.value(event, bytes)? {
                Some(item) => items.push(item),
                None => {
                    self.at = here;
                    let dash = begin.start..begin.start + 1;
                    return Ok(Node::collection((begin, end), dash, Content::List(items)));
                }
            }
        }
    }

    fn mapping(&mut self, begin: Bytes) -> Result<Node, Stop> {
        let (here, mut mapping) = (self.at.clone(), Mapping::default());
        let mut first = None;
        loop {
            let (event, bytes) = self.parser.next()?;
            if event == Event::End {
                self.at = here;
                let first = first.unwrap_or_else(|| begin.clone());
                return Ok(Node::collection((begin, bytes), first, Content::Mapping(mapping)));
            }
            first.get_or_insert_with(|| bytes.clone());
            let key = self.key(event, &bytes)?;
            self.at = here.key(key.as_deref().unwrap_or_default());
            let value = self.next()?.unwrap_or_else(|| Node::nothing(bytes.clone()));
            self.at = here.clone();
            match key {
                Some(key) if key == "<<" => {
                    mapping.is_obscured = true;
                    self.push(wrong::merge_key(&here), &bytes);
                }
                Some(key) => {
                    let entry = Entry { first: bytes.start, key: bytes, value };
                    self.entry(key, entry, &mut mapping);
                }
                None => mapping.is_obscured = true,
            }
        }
    }

    fn entry(&mut self, key: String, mut entry: Entry, mapping: &mut Mapping) {
        let is_joined = entry.value.is_null() && joined(&key).is_some();
        let is_odd = letters::first_look_alike(&key).is_some() || key.starts_with('-');
        mapping.is_obscured |= is_joined || is_odd;
        if let Some(known) = mapping.entries.get(&key) {
            entry.first = known.first;
            let first = self.lines.position(known.first..known.first);
            self.push(wrong::repeated_key(&self.at.key(&key), &key, first), &entry.key);
        }
        mapping.entries.insert(key, entry);
    }

    /// A key as it is written; nothing where it is a list or a mapping.
    fn key(&mut self, event: Event, bytes: &Bytes) -> Result<Option<String>, Stop> {
        let event = match event {
            Event::Scalar(properties, ScalarText { text, plain }) => {
                // A key is a text, whatever it looks like.
                let text = if plain && text.is_empty() { "null".to_owned() } else { text };
                self.at = self.at.key(&text).as_key();
                Event::Scalar(properties, ScalarText { text, plain: false })
            }
            other => other,
        };
        let key = self.value(event, bytes.clone())?;
        match key.as_ref().map(|key| &*key.content) {
            Some(Content::Scalar(scalar)) => Ok(Some(scalar.text.clone())),
            Some(Content::List(_) | Content::Mapping(_)) | None => {
                self.faults.push(wrong::key(&self.at));
                Ok(None)
            }
        }
    }

    fn alias(&mut self, name: &str, bytes: Bytes) -> Result<Node, Stop> {
        let Some(found) = self.anchors.get(name) else {
            let message = format!("`*{name}` repeats what no `&{name}` marks");
            self.fault(&bytes, message, "mark the value with its anchor before it is repeated");
            return Ok(Node::nothing(bytes));
        };
        let Some(node) = found.clone() else {
            let message = format!("`*{name}` repeats what it is itself a part of");
            self.fault(&bytes, message, "write out what it is to repeat");
            return Ok(Node::nothing(bytes));
        };
        self.repeated = self.repeated.saturating_add(node.size);
        if self.repeated > MOST_REPEATED {
            return Err(self.stop(wrong::too_many(), &bytes));
        }
        if self.at.path.len() + node.height > DEEPEST {
            return Err(self.stop(wrong::too_deep(), &bytes));
        }
        Ok(Node { span: bytes, ..node })
    }

    /// What stands for a scalar in the text.
    fn span(&self, bytes: Bytes, is_empty: bool) -> Bytes {
        let before = self.lines.text()[..bytes.start].chars().next_back();
        match self.lines.text()[bytes.start..].chars().next() {
            // Of an item that is not there the dash stands for it.
            _ if is_empty && before == Some('-') => bytes.start - 1..bytes.start,
            _ if is_empty => bytes.start..bytes.start,
            // Of a text of several lines its sign.
            Some('|' | '>') => bytes.start..bytes.start + 1,
            _ => bytes,
        }
    }

    fn push(&mut self, fault: Diagnostic, bytes: &Bytes) {
        self.faults.push(fault.shown_at(self.lines.position(bytes.clone())));
    }

    fn fault(&mut self, bytes: &Bytes, message: impl Into<String>, help: &str) {
        self.push(rule::SYNTAX.at(&self.at, message, help), bytes);
    }

    fn stop(&self, fault: Diagnostic, bytes: &Bytes) -> Stop {
        Stop::Limit(Box::new(fault.shown_at(self.lines.position(bytes.clone()))))
    }
}
