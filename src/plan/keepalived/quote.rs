use crate::plan::percent::encoded;
use std::fmt::Write as _;

/// The text as one word, where escapes are known (scripts and regular expressions). Braces end
/// words even inside quotes, `~` begins a sequence, and quotes are counted before escapes are
/// read; as octal escapes they are harmless.
pub(super) fn quoted(text: &str) -> String {
    let mut word = "\"".to_owned();
    for letter in text.chars() {
        match letter {
            '\\' => word.push_str(r"\\"),
            '"' | '{' | '}' | '~' => octal(&mut word, letter),
            _ if letter.is_ascii_control() => octal(&mut word, letter),
            _ => word.push(letter),
        }
    }
    word + "\""
}

fn octal(word: &mut String, letter: char) {
    let _ = write!(word, "\\{:03o}", u32::from(letter));
}

/// A script that gives the text to `sh -c`, with these variables in its environment. keepalived
/// starts programs itself, without a shell.
pub(super) fn script(shell: &str, variables: &[(&str, String)]) -> String {
    let mut words = String::new();
    if !variables.is_empty() {
        words.push_str("/usr/bin/env ");
    }
    for (name, value) in variables {
        let _ = write!(words, "{name}={value} ");
    }
    quoted(&format!("{words}/bin/sh -c '{}'", shell.replace('\'', r#"'"'"'"#)))
}

/// The path of a URL, where quotes are known but escapes are not: what could end it travels as
/// percent-encoding.
pub(super) fn path(path: &str) -> String {
    let word = encoded(path, "\"{}~");
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    match word.chars().all(plain) {
        true => word,
        false => format!("\"{word}\""),
    }
}

/// The password as auth_pass takes it: what is quoted knows no escapes there.
pub(super) fn password(password: &str) -> String {
    match password {
        plain if plain.chars().all(|c| c.is_ascii_alphanumeric()) => plain.to_owned(),
        other if other.contains('"') => format!("'{other}'"),
        other => format!("\"{other}\""),
    }
}

/// A regular expression (PCRE) that matches exactly this text.
pub(super) fn literal(text: &str) -> String {
    let mut pattern = String::new();
    for letter in text.chars() {
        if r"\^$.|?*+()[]{}".contains(letter) {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    quoted(&pattern)
}
