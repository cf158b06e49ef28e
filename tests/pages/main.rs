//! What the pages of the labs name is there, and nothing is left out of them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use lvs_lab::topology::{NOTES, builtins};
use std::path::{Path, PathBuf};

/// The headings and commands of the lecture notes, which are not part of this repository.
const SAID: &str = include_str!("notes.txt");

/// The first cells of the tables' heads.
const HEADS: [&str; 3] = ["lab", "heading or command", "heading"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/labs")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn page(name: &str) -> String {
    read(&folder().join(name))
}

/// The pages with their names.
fn pages() -> Vec<(String, String)> {
    let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name());
    let names = files.map(|name| name.into_string().unwrap());
    names.map(|name| (name.clone(), page(&name))).collect()
}

fn labs() -> Vec<&'static str> {
    builtins().into_iter().map(|builtin| builtin.name).collect()
}

/// The cells of a table's rows, without its head.
fn rows(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = lines.map(|line| line.split(" | ").map(str::to_owned).collect());
    // A table's head and the line below it are one row each.
    rows.filter(|row: &Vec<String>| !HEADS.contains(&row[0].as_str())).collect()
}

/// What stands in backticks.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The table of a note in notes.md.
fn table(note: &str) -> Vec<Vec<String>> {
    let text = page("notes.md");
    let begin = format!("\n## Note {note}:");
    let (_, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("no table of note {note}"));
    rows(rest.split("\n## ").next().unwrap())
}

/// A heading's name in a link, as GitHub makes it.
fn slug(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

#[test]
fn every_heading_and_command_of_the_notes_has_a_row() {
    for part in SAID.split("\nnote ").skip(1) {
        let (note, said) = part.split_once('\n').unwrap();
        let firsts: Vec<_> = table(note).into_iter().map(|row| row[0].replace('`', "")).collect();
        for said in said.lines().filter(|line| !line.is_empty()) {
            let there = firsts.iter().any(|first| first.contains(said));
            assert!(there, "note {note}: `{said}` is nowhere");
        }
    }
}

#[test]
fn every_row_of_the_notes_says_what_has_become_of_it() {
    let plain = ["none", "open", "derived", "no claim to prove", "not needed", "every lab"];
    for note in ["000", "001", "002", "003", "004"] {
        for row in table(note) {
            let [_, here] = row.as_slice() else { panic!("not two cells: {row:?}") };
            let known = plain.iter().any(|word| here.starts_with(word));
            assert!(known || here.contains('`') || here.contains("]("), "note {note}: {row:?}");
        }
    }
}

#[test]
fn what_is_open_is_listed() {
    let text = page("README.md");
    let (_, listed) = text.split_once("\n## What is open\n").unwrap();
    for open in ["http重定向", "DNS負載均衡", "反向代理", "two-level"] {
        assert!(listed.contains(open), "{open}");
    }
}

#[test]
fn every_lab_is_in_the_list_and_every_lab_of_the_notes_in_their_table() {
    let (readme, notes) = (page("README.md"), page("notes.md"));
    for lab in labs() {
        let text = if lab.starts_with(NOTES) { &notes } else { &readme };
        let named = |w: &str| w == lab || w.split(' ').any(|word| word == lab);
        assert!(words(text).any(named), "`{lab}` is in no row");
    }
}

#[test]
fn every_lab_that_the_lists_name_is_built_in() {
    let labs = labs();
    for row in rows(&page("README.md")).iter().filter(|row| row.len() == 3) {
        for word in words(&row[1]).filter(|word| !word.ends_with("...")) {
            assert!(labs.contains(&word), "`{word}` of {row:?}");
        }
    }
    for word in words(&page("notes.md")).flat_map(|words| words.split(' ')) {
        assert!(!word.starts_with(NOTES) || labs.contains(&word), "`{word}`");
    }
}

#[test]
fn every_link_leads_to_a_page_and_to_its_chapter() {
    for (name, text) in pages() {
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            if link.starts_with("http") {
                continue;
            }
            let (file, chapter) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { &name } else { file };
            let target = read(&folder().join(file));
            let headings = target.lines().filter(|line| line.starts_with('#'));
            let mut chapters = headings.map(|line| slug(line.trim_start_matches('#').trim()));
            assert!(chapter.is_empty() || chapters.any(|c| c == chapter), "{name}: {link}");
        }
    }
}
