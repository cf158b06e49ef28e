//! Each faulty file of tests/errors is named after the one rule that it breaks, and its
//! diagnostics as a person and as an editor reads them are held as snapshots.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use lvs_lab::diag::{self, Diagnostic};
use lvs_lab::import::keepalived::Anywhere;
use lvs_lab::lab::Source;
use lvs_lab::text::{Colour, Style};
use lvs_lab::topology::{self, Misread, RULES};
use std::collections::BTreeSet;
use std::path::Path;

const ERRORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/errors");

fn read(path: &Path) -> Result<Source, Misread> {
    let name = path.file_name().unwrap().to_str().unwrap();
    topology::decode(name, std::fs::read(path).unwrap())
}

/// A file, and everything that is found in it: in a topology, a keepalived.conf or an ldirectord.cf.
fn found(path: &Path) -> (Source, Vec<Diagnostic>) {
    let source = match read(path) {
        Ok(source) => source,
        Err(misread) => return (misread.source, misread.faults),
    };
    let name = "lab".parse().unwrap();
    let found = if source.name.ends_with(".cf") {
        let made = topology::of_ldirectord(&name, &source);
        told(made.map_or_else(|misread| vec![misread], |made| made.found))
    } else if is_configuration(&source) {
        let sketch = topology::sketch(&name, std::slice::from_ref(&source), &Anywhere, &[]);
        told(sketch.map_or_else(|misread| misread, |made| made.found))
    } else {
        diagnostics(&source)
    };
    (source, found)
}

fn told(misread: Vec<Misread>) -> Vec<Diagnostic> {
    misread.into_iter().flat_map(|misread| misread.faults).collect()
}

fn is_configuration(source: &Source) -> bool {
    source.name.ends_with(".conf")
}

/// Everything that is found in a topology, warnings among it.
fn diagnostics(source: &Source) -> Vec<Diagnostic> {
    match topology::load(source) {
        Ok(valid) => valid.warnings,
        Err(faults) => faults,
    }
}

fn rendered(path: &Path, style: Style) -> String {
    let (source, found) = found(path);
    diag::text(&source, &found, style)
}

fn with_snapshots_beside(test: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("errors");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(test);
}

#[test]
fn each_faulty_file_is_explained() {
    with_snapshots_beside(|| {
        insta::glob!("errors/*.{yaml,conf,cf}", |path| {
            let text = rendered(path, Style { width: Some(80), ..Style::default() });
            insta::assert_snapshot!("text", text);
        });
    });
}

#[test]
fn each_faulty_file_breaks_the_one_rule_that_it_is_named_after() {
    for path in faulty_files() {
        let (_, found) = found(&path);
        let name = path.file_stem().unwrap().to_str().unwrap();
        let codes: BTreeSet<_> = found.iter().map(|d| d.code.0).collect();
        if name == "many" {
            assert!(codes.len() >= 10, "{codes:?}");
        } else {
            assert_eq!(codes, BTreeSet::from([&name[..4]]), "{name}");
        }
    }
}

#[test]
fn every_rule_has_a_faulty_file_and_a_chapter() {
    let codes: BTreeSet<_> = RULES.iter().map(|r| r.code.0.to_owned()).collect();
    assert_eq!(codes.len(), RULES.len(), "two rules have the same code");
    let files: BTreeSet<_> = faulty_files()
        .iter()
        .map(|p| p.file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "many")
        .map(|name| name[..4].to_owned())
        .collect();
    assert_eq!(files, codes, "faulty files and rules");
    let text = include_str!("../docs/diagnostics.md");
    let chapters: Vec<_> = text.lines().filter_map(|l| l.strip_prefix("### ")).collect();
    let rules: Vec<_> = RULES.iter().map(|r| format!("{}: {}", r.code, r.title)).collect();
    assert_eq!(chapters, rules, "chapters of docs/diagnostics.md and rules");
}

#[test]
fn a_terminal_of_sixty_columns_is_wide_enough() {
    let style = Style { width: Some(60), ..Style::default() };
    let text = rendered(&many(), style);
    for line in text.lines() {
        assert!(line.chars().count() <= 60, "{line}");
    }
    with_snapshots_beside(|| insta::assert_snapshot!("narrow", text));
}

#[test]
fn colours_change_nothing_but_colours() {
    let plain = rendered(&many(), Style { width: Some(80), ..Style::default() });
    let coloured =
        rendered(&many(), Style { width: Some(80), colour: Colour::Ansi, ..Style::default() });
    assert!(coloured.contains("\x1b[1;31merror[L010]\x1b[0m"));
    let mut pieces = coloured.split("\x1b[");
    let first = pieces.next().unwrap().to_owned();
    let stripped = pieces.fold(first, |text, piece| text + piece.split_once('m').unwrap().1);
    assert_eq!(stripped, plain);
}

#[test]
fn editors_get_the_same_as_json() {
    let (source, found) = found(&many());
    let json = diag::json(&source, &found);
    with_snapshots_beside(|| insta::assert_json_snapshot!("json", json));
}

fn many() -> std::path::PathBuf {
    Path::new(ERRORS).join("many.yaml")
}

fn faulty_files() -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(ERRORS).unwrap().map(|e| e.unwrap().path());
    let is_faulty = |p: &std::path::PathBuf| {
        p.extension().is_some_and(|e| e == "yaml" || e == "conf" || e == "cf")
    };
    let mut files: Vec<_> = entries.filter(is_faulty).collect();
    files.sort();
    files
}
