mod walk;

use super::{table, token};
use crate::diag::{Diagnostic, Located, Position};
use crate::lab::Place;
use serde::de::IgnoredAny;
use walk::{Found, walk};

/// The line and column of a place. In a text that is no YAML every place is where the parser gave
/// up. Of a key that is given twice, the last one counts.
///
/// The text is parsed anew for each question, so this is for diagnostics that are to be shown.
pub fn locate(text: &str, place: &Place) -> Option<Position> {
    if let Err(error) = serde_yaml::from_str::<IgnoredAny>(text) {
        return position(text, &error, None);
    }
    if let Some((line, word)) = table::word_of_table(place) {
        return word_of_text(
            text,
            &Place { path: place.path[..1].to_vec(), ..Place::root() },
            line,
            word,
        );
    }
    let found = occurrences(text, place).last();
    found.or_else(|| occurrences(text, &place.as_key()).last())
}

/// A word of a text in YAML's literal style, whose lines are the file's; else the whole text.
fn word_of_text(text: &str, place: &Place, line: usize, word: usize) -> Option<Position> {
    let whole = locate(text, place)?;
    let literal = from(text, whole).starts_with('|');
    let at = Position { line: whole.line + 1 + line, ..whole };
    literal.then(|| table::position(text, at, word)).flatten().or(Some(whole))
}

/// Diagnostics with their lines and columns.
pub fn located(text: &str, diagnostics: Vec<Diagnostic>) -> Vec<Located> {
    let located = |diagnostic: Diagnostic| {
        let position = locate(text, &diagnostic.at);
        Located { diagnostic, position }
    };
    diagnostics.into_iter().map(located).collect()
}

/// Each place of that path: more than one where a key is repeated.
fn occurrences(text: &str, place: &Place) -> impl Iterator<Item = Position> {
    (0..).map_while(move |skip| occurrence(text, place, skip))
}

/// The place after `skip` others of the same path.
fn occurrence(text: &str, place: &Place, skip: usize) -> Option<Position> {
    let (found, error) = walk(text, place, skip)?;
    let position = position(text, &error, found.text())?;
    let missing = found == Found::Empty && !token::is_null(from(text, position));
    (!missing).then_some(position)
}

/// The place of an error. Of one behind the last line the end of that line.
fn position(text: &str, error: &serde_yaml::Error, value: Option<&str>) -> Option<Position> {
    let location = error.location()?;
    let last = text.trim_end().lines().count().max(1);
    if location.line() > last {
        let column = text.lines().nth(last - 1).map_or(1, |line| line.chars().count() + 1);
        return Some(Position { line: last, column, length: 1 });
    }
    let at = Position { line: location.line(), column: location.column(), length: 1 };
    Some(Position { length: token::length(from(text, at), value), ..at })
}

/// The rest of a position's line.
fn from(text: &str, at: Position) -> &str {
    let line = text.lines().nth(at.line - 1).unwrap_or_default();
    let start = line.char_indices().nth(at.column - 1).map_or(line.len(), |(index, _)| index);
    &line[start..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// What a place looks like in the text.
    fn shown(text: &str, place: &Place) -> String {
        let at = locate(text, place).unwrap_or_else(|| panic!("no position of {place}"));
        let line: Vec<char> = text.lines().nth(at.line - 1).unwrap().chars().collect();
        line[at.column - 1..][..at.length].iter().collect()
    }

    fn key(keys: &[&str]) -> Place {
        keys.iter().fold(Place::root(), |place, key| place.key(key))
    }

    const TEXT: &str = r#"
name: lab   # a comment
list: [one, "two, three", 'it''s',
  four ]
map: { a: 1, "b c": 0x10, d: }
block:
  - x: 1
    y: plain, not a list # a comment
  - ~
长: 轮询
again: 1
again: 2
folded: >
  many
  lines
"#;

    #[test]
    fn scalars_are_found_in_every_style() {
        assert_eq!(shown(TEXT, &key(&["name"])), "lab");
        assert_eq!(shown(TEXT, &key(&["list"]).index(0)), "one");
        assert_eq!(shown(TEXT, &key(&["list"]).index(1)), "\"two, three\"");
        assert_eq!(shown(TEXT, &key(&["list"]).index(2)), "'it''s'");
        assert_eq!(shown(TEXT, &key(&["list"]).index(3)), "four");
        assert_eq!(shown(TEXT, &key(&["map", "a"])), "1");
        assert_eq!(shown(TEXT, &key(&["map", "b c"])), "0x10");
        assert_eq!(shown(TEXT, &key(&["block"]).index(1)), "~");
        assert_eq!(shown(TEXT, &key(&["长"])), "轮询");
        assert_eq!(shown(TEXT, &key(&["folded"])), ">");
    }

    #[test]
    fn keys_are_found_and_stand_for_values_that_are_not_there() {
        assert_eq!(shown(TEXT, &key(&["map", "b c"]).as_key()), "\"b c\"");
        assert_eq!(shown(TEXT, &key(&["block"]).index(0).key("x").as_key()), "x");
        assert_eq!(shown(TEXT, &key(&["长"]).as_key()), "长");
        assert_eq!(shown(TEXT, &key(&["map", "d"])), "d");
    }

    #[test]
    fn of_a_repeated_key_the_last_one_is_found() {
        let last = locate(TEXT, &key(&["again"]).as_key()).unwrap();
        assert_eq!(TEXT.lines().nth(last.line - 1), Some("again: 2"));
        assert_eq!(shown(TEXT, &key(&["again"])), "2");
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        assert_eq!(locate(TEXT, &key(&["nothing"])), None);
        assert_eq!(locate(TEXT, &key(&["name", "deeper"])), None);
        assert_eq!(locate(TEXT, &key(&["list"]).index(4)), None);
    }

    #[test]
    fn in_a_text_that_is_no_yaml_every_place_is_where_the_parser_gave_up() {
        let place = locate("name: lab\nlist: [1\n", &Place::root()).unwrap();
        assert!(place.line >= 2, "{place:?}");
    }

    /// Holds every key and every scalar of a document against what is found at its place.
    fn compare(text: &str, value: &Value, at: &Place) {
        match value {
            Value::Object(entries) => entries.iter().for_each(|(k, v)| {
                let at = at.key(k);
                assert_eq!(shown(text, &at.as_key()), *k);
                compare(text, v, &at);
            }),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(i, v)| compare(text, v, &at.index(i)));
            }
            Value::String(word) => match shown(text, at).trim_matches('"') {
                "|" => assert!(word.ends_with('\n'), "{word}"),
                shown => assert_eq!(shown, word),
            },
            other => assert_eq!(shown(text, at), other.to_string()),
        }
    }

    #[test]
    fn every_place_of_every_built_in_topology_is_found() {
        for builtin in crate::topology::builtins() {
            let text = crate::topology::builtin(builtin.name).unwrap().text;
            let document = super::super::read::read(&text, &mut Default::default()).unwrap();
            compare(&text, &document, &Place::root());
        }
    }
}
