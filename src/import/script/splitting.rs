use super::lexer::{Piece, Raw};
use std::collections::HashMap;

/// The words that a shell makes of one: the value of a variable outside of quotes is split at white
/// space, and of nothing comes no word. A word of which nothing is to be split stays as it is.
pub fn split(word: Raw, variables: &HashMap<String, Option<String>>) -> Vec<Raw> {
    let value = |piece: &Piece| match piece {
        Piece::Variable(name) => variables.get(name).cloned().flatten(),
        Piece::Text(_) | Piece::Kept(_) | Piece::Unsure(_) => None,
    };
    let is_split = |text: String| text.is_empty() || text.contains(char::is_whitespace);
    let none = !word.pieces.iter().filter_map(value).any(is_split);
    if none || assigned(&word).is_some() {
        return vec![word];
    }
    let mut words: Vec<Vec<Piece>> = vec![Vec::new()];
    for piece in word.pieces {
        let Some(value) = value(&piece) else {
            words.last_mut().into_iter().for_each(|last| last.push(piece.clone()));
            continue;
        };
        for (number, part) in value.split(char::is_whitespace).enumerate() {
            if number > 0 {
                words.push(Vec::new());
            }
            let part = Some(part).filter(|part| !part.is_empty());
            let part = part.map(|part| Piece::Text(part.to_owned()));
            words.last_mut().into_iter().for_each(|last| last.extend(part.clone()));
        }
    }
    words.retain(|pieces| !pieces.is_empty());
    words.into_iter().map(|pieces| Raw { pieces, spot: word.spot }).collect()
}

/// The name and the value of `NAME=VALUE`.
pub fn assigned(word: &Raw) -> Option<(String, Raw)> {
    let mut name = String::new();
    for (index, piece) in word.pieces.iter().enumerate() {
        let Piece::Text(text) = piece else { return None };
        if text == "=" && !name.is_empty() {
            let pieces = word.pieces[index + 1..].to_vec();
            return Some((name, Raw { pieces, spot: word.spot }));
        }
        if !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return None;
        }
        name += text;
    }
    None
}
