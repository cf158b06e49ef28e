use super::piece::{Piece, Shape, pieces, slice};
use crate::import::{Fault, Spot};
use indexmap::IndexMap;

/// How often a variable may lead to another one.
const DEEPEST: usize = 32;

/// A piece with its place. What a variable stands for has the variable's place.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The piece.
    pub piece: Piece,
    /// Where it is said.
    pub spot: Spot,
}

/// The variables of a configuration, `$NAME=VALUE` in a line of its own. A value whose line ends
/// with a backslash goes on in the next one.
pub struct Definitions {
    values: IndexMap<String, String>,
    /// The variable whose value goes on.
    open: Option<String>,
}

impl Definitions {
    /// keepalived's own variables: what its `-i` said, and the characters that begin comments.
    pub fn new(id: &str) -> Self {
        let own = [("_INSTANCE", id), ("_HASH", "#"), ("_BANG", "!")];
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { values: own.into_iter().collect(), open: None }
    }

    /// Whether a line belongs to the value of a variable, whose next line it is then.
    pub fn goes_on(&mut self, line: &str) -> bool {
        let Some(name) = self.open.take() else { return false };
        let pieces = pieces(line);
        let ends = pieces.last().is_none_or(|piece| piece.shape != Shape::Joined);
        let text = slice(line, &pieces, 0);
        let value = self.values.entry(name.clone()).or_default();
        if !value.is_empty() {
            value.push('\n');
        }
        value.push_str(text.trim_end_matches('\\').trim_end());
        self.open = (!ends).then_some(name);
        true
    }

    /// Whether a line defines a variable.
    pub fn takes(&mut self, line: &str, pieces: &[Placed]) -> bool {
        let Some(first) = pieces.first().filter(|first| first.piece.shape == Shape::Word) else {
            return false;
        };
        let own: Vec<_> = pieces.iter().map(|placed| placed.piece.clone()).collect();
        let text = slice(line, &own, 0);
        let said = text.strip_prefix('$').and_then(|rest| rest.split_once('='));
        let Some((name, value)) = said.filter(|(name, _)| is_name(name)) else { return false };
        debug_assert!(first.piece.text.starts_with('$'));
        let value = value.trim();
        let whole = value.trim_end_matches('\\').trim_end();
        self.values.insert(name.to_owned(), whole.to_owned());
        self.open = value.ends_with('\\').then(|| name.to_owned());
        true
    }

    /// A line with what its variables stand for, which may be several lines. Variables that are
    /// not defined stay, as they do in keepalived.
    pub fn expanded(&self, line: Vec<Placed>, faults: &mut Vec<Fault>) -> Vec<Vec<Placed>> {
        let mut lines = vec![Vec::new()];
        for placed in line {
            let text = self.replaced(&placed.piece.text, placed.spot, faults);
            let changed = text != placed.piece.text;
            let words = match placed.piece.shape {
                Shape::Word if changed => text.split('\n').map(pieces).collect(),
                _ => vec![vec![Piece { text, ..placed.piece }]],
            };
            for (number, words) in words.into_iter().enumerate() {
                if number > 0 {
                    lines.push(Vec::new());
                }
                let placed = words.into_iter().map(|piece| Placed { piece, spot: placed.spot });
                lines.last_mut().into_iter().for_each(|last| last.extend(placed.clone()));
            }
        }
        lines
    }

    fn replaced(&self, text: &str, spot: Spot, faults: &mut Vec<Fault>) -> String {
        let mut text = text.to_owned();
        for _ in 0..DEEPEST {
            let next = self.once(&text);
            if next == text {
                break;
            }
            text = next;
        }
        for unknown in ["_PWD", "_RANDOM"] {
            if text.contains(&format!("${unknown}")) || text.contains(&format!("${{{unknown}")) {
                let message = format!("`${unknown}` is keepalived's own, and not known here");
                faults.push(Fault::not_yet(spot, message, "write what it stands for"));
            }
        }
        text
    }

    fn once(&self, text: &str) -> String {
        let mut parts = text.split('$');
        let mut done = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let value = named(part).and_then(|(name, rest)| Some((self.values.get(name)?, rest)));
            match value {
                Some((value, rest)) => done.extend([value, rest]),
                None => done.extend(["$", part]),
            }
        }
        done
    }
}

/// A variable's name, and what is behind it. Without braces the word, a `,` or a `)` ends it.
fn named(part: &str) -> Option<(&str, &str)> {
    if let Some(inside) = part.strip_prefix('{') {
        return inside.split_once('}');
    }
    let end = part.find(|c: char| !is_letter(c)).unwrap_or(part.len());
    let (name, rest) = part.split_at(end);
    let ends = rest.is_empty() || rest.starts_with([' ', '\t', ',', ')', '\n']);
    ends.then_some((name, rest))
}

fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && name.chars().all(is_letter)
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
