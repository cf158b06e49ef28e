//! No text of a file makes a terminal do anything but show it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::Command;

/// A lab with a text at each `TEXT`.
const LAB: &str = r#"
name: SAFE
summary: "a lab TEXT"
networks: { lan: 10.0.0.0/24, inside: 10.1.0.0/24 }
clients: { client: { addresses: { lan: 10.0.0.2 }, commands: ["echo TEXT"] } }
directors: { director: { addresses: { lan: 10.0.0.1, inside: 10.1.0.1 } } }
real_servers: { rs1: { addresses: { inside: 10.1.0.11 } } }
virtual_services: { web: { vip: 10.0.0.100, port: 80, forwarding: nat, real_servers: [rs1] } }
scenarios: { proof: { summary: "TEXT", steps: [{ run: { on: client, command: "echo TEXT" } }] } }
"#;

/// What each verb that tells of a file says of this one.
fn said(text: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lab.yaml");
    std::fs::write(&file, text).unwrap();
    let verbs: [&[&str]; 5] =
        [&["check"], &["check", "--format", "json"], &["plan"], &["explain"], &["export"]];
    let run = |words: &&[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lvs-lab"));
        command.args(*words).arg(&file).env("COLUMNS", "200");
        let output = command.output().unwrap();
        let both = [output.stdout, output.stderr].concat();
        (words.join(" "), String::from_utf8(both).unwrap())
    };
    verbs.iter().map(run).collect()
}

/// Texts that would move the cursor, each as an escape of YAML.
const ESCAPES: [&str; 6] = ["\\e[2J", "\\x9b2J", "\\r", "\\u202E", "\\x7f", "\\u2028"];

#[test]
fn escapes_in_texts_never_reach_the_terminal() {
    for escape in ESCAPES {
        for text in [LAB.replace("SAFE", "lab"), LAB.replace("SAFE", "\"TEXT\"")] {
            for (verb, said) in said(&text.replace("TEXT", escape)) {
                let moves = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{2028}".contains(c);
                assert!(!said.contains(moves), "{verb}: {said:?}");
                assert!(said.contains("L133") || verb == "export", "{verb}: {said}");
            }
        }
    }
}

#[test]
fn a_control_character_itself_never_reaches_the_terminal() {
    for letter in ['\u{1b}', '\0', '\u{9b}', '\u{7f}'] {
        for (verb, said) in said(&LAB.replace("SAFE", "lab").replace("TEXT", &letter.to_string())) {
            assert!(!said.contains(|c: char| c.is_control() && c != '\n'), "{verb}: {said:?}");
        }
    }
}
