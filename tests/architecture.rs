//! The house's own rules, held against the source: who may import whom, no cycles, small files.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The most lines that a file may have before its tests.
const LONGEST_FILE: usize = 300;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The text of a source file up to its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let tests = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..tests].to_owned()
}

/// Files that are nothing but tests: `tests.rs`, or what `mod.rs` names under `#[cfg(test)]`.
fn is_test(path: &Path) -> bool {
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let parent = path.parent().unwrap();
    let heads = [parent.join("mod.rs"), parent.with_extension("rs")];
    let named = format!("#[cfg(test)]\nmod {stem};");
    heads.iter().any(|head| fs::read_to_string(head).is_ok_and(|text| text.contains(&named)))
        || parent.components().any(|part| part.as_os_str() == "tests")
}

fn room(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next()?.as_os_str().to_str()?.to_owned();
    (!first.ends_with(".rs")).then_some(first)
}

/// What each room imports, as its code says.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in sources(&root().join("src")).into_iter().filter(|path| !is_test(path)) {
        let Some(room) = room(&path) else { continue };
        let arrows = found.entry(room.clone()).or_default();
        for line in code(&path).lines().filter(|line| !line.trim_start().starts_with("//")) {
            for rest in line.split("crate::").skip(1) {
                let name: String =
                    rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                if name != room && !name.is_empty() {
                    arrows.insert(name);
                }
            }
        }
    }
    found
}

/// What each room may import, as the table in docs/architecture.md says.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let mut table = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let names = |cell: &str| -> BTreeSet<String> {
            cell.split(',').map(|n| n.trim().trim_matches('`').to_owned()).collect()
        };
        let may: BTreeSet<_> = names(cells[3]).into_iter().filter(|n| n != "-").collect();
        table.insert(cells[1].trim_matches('`').to_owned(), may);
    }
    table
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let allowed = allowed();
    for (room, arrows) in imports() {
        let may = allowed.get(&room).unwrap_or_else(|| panic!("`{room}` is not in the table"));
        let over: Vec<_> = arrows.difference(may).collect();
        assert!(over.is_empty(), "`{room}` imports {over:?}, which the table does not allow");
    }
}

#[test]
fn the_table_names_no_arrow_that_is_not_there() {
    let imports = imports();
    for (room, may) in allowed() {
        let real = imports.get(&room).unwrap_or_else(|| panic!("there is no room `{room}`"));
        let idle: Vec<_> = may.difference(real).collect();
        assert!(idle.is_empty(), "the table lets `{room}` import {idle:?}, which it does not");
    }
}

#[test]
fn there_is_no_cycle() {
    let mut arrows = imports();
    while let Some(leaf) = arrows.iter().find(|(_, to)| to.is_empty()).map(|(room, _)| room.clone())
    {
        arrows.remove(&leaf);
        for to in arrows.values_mut() {
            to.remove(&leaf);
        }
    }
    assert!(arrows.is_empty(), "these rooms import each other in a circle: {arrows:?}");
}

#[test]
fn every_room_says_what_it_may_and_may_not() {
    for room in imports().keys() {
        let text = fs::read_to_string(root().join("src").join(room).join("mod.rs")).unwrap();
        let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        assert!(head.contains("May:"), "src/{room}/mod.rs does not say what the room may");
        assert!(head.contains("May not:") || head.contains("not:"), "src/{room}/mod.rs: may not?");
    }
}

#[test]
fn files_are_small() {
    for path in sources(&root().join("src")).into_iter().filter(|path| !is_test(path)) {
        let lines = code(&path).lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines before its tests", path.display());
    }
}
