//! Which programs a Rust source calls by name: in `Command::new`, in words for `exec`, and in the
//! shell scripts that it hands over.

use crate::shell;
use std::collections::{BTreeMap, BTreeSet};

/// Functions whose last text is a shell script.
const SHELLS: [&str; 4] = ["sh", "shell", "command", "apart"];

/// A piece of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Text(String),
    Word(String),
    Sign(char),
}

/// The programs that a source calls.
pub fn programs(source: &str) -> BTreeSet<String> {
    let tokens = tokens(source);
    let named = named(&tokens);
    let text = |at: usize| match tokens.get(at) {
        Some(Token::Text(text)) => Some(text.clone()),
        Some(Token::Word(name)) => named.get(name).cloned(),
        _ => None,
    };
    let mut found = BTreeSet::new();
    for at in 0..tokens.len() {
        if let Some(program) = text(at + 5).filter(|_| calls(&tokens[at..], "Command", "new")) {
            found.extend(shell::of_words(
                &[vec![program], words(&tokens[at + 6..], &named)].concat(),
            ));
        }
        match (&tokens[at], tokens.get(at + 1)) {
            (Token::Word(name), Some(Token::Sign('('))) if name == "exec" => {
                found.extend(shell::of_words(&words(&tokens[at + 2..], &named)));
            }
            // After a bracket it is an attribute.
            (Token::Word(name), Some(Token::Sign('(')))
                if SHELLS.contains(&name.as_str())
                    && at.checked_sub(1).map(|at| &tokens[at]) != Some(&Token::Sign('[')) =>
            {
                found.extend(handed(&tokens[at + 1..], &named));
            }
            (Token::Text(end), Some(Token::Sign(','))) if end == "--" => {
                found.extend(shell::of_words(&list(&tokens[at + 2..], &named)));
            }
            _ => {}
        }
    }
    found
}

/// Whether the tokens begin with `Type::function(`.
fn calls(tokens: &[Token], of: &str, function: &str) -> bool {
    let word = |at: usize, name: &str| tokens.get(at) == Some(&Token::Word(name.to_owned()));
    word(0, of) && word(3, function) && tokens.get(4) == Some(&Token::Sign('('))
}

/// The texts that constants and variables stand for.
fn named(tokens: &[Token]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Word(keyword) = token else { continue };
        let Some(Token::Word(name)) = tokens.get(at + 1) else { continue };
        if ["let", "const"].contains(&keyword.as_str()) {
            let mut value = tokens[at + 2..].iter().take(8).skip_while(|t| **t != Token::Sign('='));
            let is_sign = |token: &&Token| !matches!(token, Token::Text(_) | Token::Sign(';'));
            if let Some(Token::Text(text)) = value.find(|token| !is_sign(token)) {
                found.insert(name.clone(), text.clone());
            }
        }
    }
    found
}

/// The first list of texts that follows, up to the end of the statement.
fn words(tokens: &[Token], named: &BTreeMap<String, String>) -> Vec<String> {
    let end = tokens.iter().position(|t| [Token::Sign(';'), Token::Sign('{')].contains(t));
    let tokens = &tokens[..end.unwrap_or(tokens.len())];
    let open = tokens.iter().position(|token| *token == Token::Sign('['));
    open.map(|at| list(&tokens[at + 1..], named)).unwrap_or_default()
}

/// The elements of a list up to its end; what is no text is a word that says nothing.
fn list(tokens: &[Token], named: &BTreeMap<String, String>) -> Vec<String> {
    let end = tokens.iter().position(|token| *token == Token::Sign(']')).unwrap_or(tokens.len());
    let elements = tokens[..end].split(|token| *token == Token::Sign(','));
    let element = |tokens: &[Token]| {
        if tokens.contains(&Token::Word("env".to_owned())) {
            return None;
        }
        tokens.iter().find_map(|token| match token {
            Token::Text(text) => Some(text.clone()),
            Token::Word(name) => named.get(name).cloned(),
            Token::Sign(_) => None,
        })
    };
    elements.map(|tokens| element(tokens).unwrap_or_else(|| "$".to_owned())).collect()
}

/// What a function for shells is handed, from its bracket on: a script, or the words of sh(1).
fn handed(tokens: &[Token], named: &BTreeMap<String, String>) -> BTreeSet<String> {
    let after: Vec<_> = tokens[1..].iter().filter(|token| **token != Token::Sign('&')).collect();
    match after.first() {
        Some(Token::Sign('[')) => {
            let open = tokens.iter().position(|token| *token == Token::Sign('[')).unwrap();
            let words = list(&tokens[open + 1..], named);
            shell::of_words(&[vec!["sh".to_owned()], words].concat())
        }
        // The path of this program.
        Some(Token::Word(name)) if name == "env" => BTreeSet::new(),
        _ => last_text(tokens, named).map(|script| shell::programs(&script)).unwrap_or_default(),
    }
}

/// The first text of the last argument between the bracket that the tokens begin with and its
/// partner.
fn last_text(tokens: &[Token], named: &BTreeMap<String, String>) -> Option<String> {
    let mut depth = 0;
    let mut last = None;
    for token in tokens {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth -= 1,
            Token::Sign(',') if depth == 1 => last = None,
            Token::Text(text) => last = last.or_else(|| Some(text.clone())),
            Token::Word(name) => last = last.or_else(|| named.get(name).cloned()),
            Token::Sign(_) => {}
        }
        if depth == 0 {
            break;
        }
    }
    last
}

/// A source without its comments.
fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let (token, length) = match c {
            '/' if rest.starts_with("//") => (None, rest.find('\n').unwrap_or(rest.len())),
            'r' if rest.starts_with("r\"") || rest.starts_with("r#\"") => raw(rest),
            '"' => text(rest),
            // A character, as '"'; else a lifetime.
            '\'' if rest.starts_with("'\\") => (None, 3 + rest[3..].find('\'').unwrap_or(0) + 1),
            '\'' if rest.chars().nth(2) == Some('\'') => {
                (None, 2 + rest[1..].chars().next().map_or(0, char::len_utf8))
            }
            c if c.is_ascii_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let length = end.unwrap_or(rest.len());
                (Some(Token::Word(rest[..length].to_owned())), length)
            }
            c if c.is_whitespace() => (None, c.len_utf8()),
            c => (Some(Token::Sign(c)), c.len_utf8()),
        };
        found.extend(token);
        rest = &rest[length..];
    }
    found
}

fn raw(rest: &str) -> (Option<Token>, usize) {
    let begin = rest.find('"').unwrap_or(0) + 1;
    let end = if rest.starts_with("r#") { "\"#" } else { "\"" };
    let length = rest[begin..].find(end).unwrap_or(rest.len() - begin);
    (Some(Token::Text(rest[begin..begin + length].to_owned())), begin + length + end.len())
}

fn text(rest: &str) -> (Option<Token>, usize) {
    let (mut value, mut escaped) = (String::new(), false);
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return (Some(Token::Text(value)), at + 1),
            '\\' if !escaped => escaped = true,
            c => {
                value.push(if escaped && c == 'n' { '\n' } else { c });
                escaped = false;
            }
        }
    }
    (None, rest.len())
}

#[cfg(test)]
mod tests {
    use super::programs;

    #[track_caller]
    fn calls(source: &str, wanted: &[&str]) {
        assert_eq!(programs(source).into_iter().collect::<Vec<_>>(), wanted, "{source}");
    }

    #[test]
    fn a_command_is_a_call() {
        calls(r#"let mut c = Command::new("tshark"); // Command::new("perl")"#, &["tshark"]);
        calls(r#"Command::new("/sbin/modprobe").args(["-q", name])"#, &["modprobe"]);
        calls(r#"Command::new("sh").args(["-ec", "ip link | wc -l"])"#, &["ip", "sh", "wc"]);
        calls(
            r#"Command::new("ip").args(["netns", "exec", name, "sleep", "9"])"#,
            &["ip", "sleep"],
        );
    }

    #[test]
    fn words_and_scripts_for_a_node_are_calls() {
        calls(r#"place.exec(lab, "rs1", &["ss", "-t"]).code(0);"#, &["ss"]);
        calls(r#"lab.sh("rs1", &format!("arping -c 1 {vip}"))"#, &["arping"]);
        calls(
            r#"const DUMP: &str = "tcpdump -n"; run(&["exec", x, "--", "sh", "-c", DUMP])"#,
            &["sh", "tcpdump"],
        );
    }
}
