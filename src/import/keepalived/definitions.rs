use super::piece::{Piece, Shape};
use crate::import::{Fault, Spot};
use indexmap::IndexMap;

/// The variables of a file, `$NAME=VALUE` in a line of its own, and what else is a line for the
/// reader of keepalived.conf and no statement.
#[derive(Default)]
pub struct Definitions {
    values: IndexMap<String, String>,
}

impl Definitions {
    /// How many pieces of a line are for the reader alone; what the import cannot follow there is a
    /// fault.
    pub fn takes(&mut self, line: usize, pieces: &[Piece], faults: &mut Vec<Fault>) -> usize {
        let Some(first) = pieces.first().filter(|piece| piece.shape == Shape::Word) else {
            return 0;
        };
        let spot = Spot { line, word: 0 };
        let text = first.text.as_str();
        if let Some(fault) = refused(text, pieces, spot) {
            faults.push(fault);
            return if text.starts_with('@') { 1 } else { pieces.len() };
        }
        let Some((name, value)) = text.strip_prefix('$').and_then(|rest| rest.split_once('='))
        else {
            return 0;
        };
        let simple = pieces.len() == 1 && !value.contains(['"', '\'', '$']) && is_name(name);
        if !simple {
            let message = format!("`${name}` stands for more than a word");
            let help = "write what it stands for where it is used";
            faults.push(Fault::not_yet(spot, message, help));
        }
        self.values.insert(name.to_owned(), value.to_owned());
        pieces.len()
    }

    /// A word with what its variables stand for. Those that nobody has defined stay, as they do in
    /// keepalived.
    pub fn replaced(&self, text: &str, spot: Spot, faults: &mut Vec<Fault>) -> String {
        let mut parts = text.split('$');
        let mut done = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = named(part);
            match self.values.get(name) {
                Some(value) => done.extend([value, rest]),
                None => done.extend(["$", part]),
            }
            if name.starts_with('_') {
                let message = format!("`${name}` is keepalived's own, and not known here");
                let help = "write what it stands for";
                faults.push(Fault::not_yet(spot, message, help));
            }
        }
        done
    }
}

/// A line that leads elsewhere.
fn refused(text: &str, pieces: &[Piece], spot: Spot) -> Option<Fault> {
    if text.starts_with("include") {
        let file = pieces.get(1).map_or("", |piece| piece.text.as_str());
        let message = format!("`{text} {file}`: the import reads no other file");
        let help = "put the included text in its place";
        return Some(Fault::not_yet(spot, message, help));
    }
    if text.starts_with('@') {
        let message = format!("`{text}`: which lines count is said when keepalived begins (-i)");
        let help = "keep the lines that count, without the word, and take out the others";
        return Some(Fault::not_yet(spot, message, help));
    }
    if text.starts_with('~') {
        let message = format!("`{text}`: the import repeats no lines");
        return Some(Fault::not_yet(spot, message, "write out what it repeats"));
    }
    None
}

/// A variable's name, and what is behind it.
fn named(part: &str) -> (&str, &str) {
    if let Some((name, rest)) = part.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        return (name, rest);
    }
    let end = part.find(|c: char| !is_letter(c)).unwrap_or(part.len());
    part.split_at(end)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_letter)
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
