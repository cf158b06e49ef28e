use super::block::{Parser, Statement};
use super::definitions::{Definitions, Placed};
use super::files::Files;
use super::machine::Setting;
use super::piece::{Shape, pieces, slice};
use super::reading::{Reading, brief};
use crate::import::{Fault, Spot};
use crate::lab::Source;
use indexmap::IndexSet;

/// Files inside files, at most.
const DEEPEST: usize = 32;

/// The folder that keepalived.conf is in on most machines.
const USUAL: &str = "/etc/keepalived/";

/// The statements of a configuration, with what it includes, for one id.
pub struct Text {
    /// The outermost statements.
    pub statements: Vec<Statement>,
    /// The files that they are from.
    pub files: Files,
    /// The ids that lines are for (`@ID`).
    pub ids: IndexSet<String>,
}

/// Reads a configuration; what is found goes to `reading`.
pub fn read(source: &Source, setting: Setting<'_>, reading: &mut Reading) -> Text {
    let mut reader = Reader {
        setting,
        files: Files::default(),
        ids: IndexSet::new(),
        definitions: Definitions::new(setting.id),
        parser: Parser::default(),
        open: Vec::new(),
        reading,
    };
    reader.file(source.clone());
    let Reader { files, ids, parser, reading, .. } = reader;
    let statements = parser.end(&mut reading.faults);
    Text { statements, files, ids }
}

struct Reader<'m, 'r> {
    setting: Setting<'m>,
    files: Files,
    ids: IndexSet<String>,
    definitions: Definitions,
    parser: Parser,
    /// The names of the files that are being read, the outermost one first.
    open: Vec<String>,
    reading: &'r mut Reading,
}

impl Reader<'_, '_> {
    fn file(&mut self, source: Source) {
        let first = self.files.add(source.clone());
        self.open.push(source.name);
        for (line, text) in source.text.lines().enumerate() {
            self.line(first + line, text);
        }
        self.open.pop();
    }

    fn line(&mut self, line: usize, text: &str) {
        if self.definitions.goes_on(text) {
            return;
        }
        let placed = |(word, piece)| Placed { piece, spot: Spot { line, word } };
        let pieces: Vec<_> = pieces(text).into_iter().enumerate().map(placed).collect();
        let Some(pieces) = self.counted(pieces) else { return };
        if self.definitions.takes(text, &pieces) || self.includes(text, &pieces) {
            return;
        }
        let lines = self.definitions.expanded(pieces, &mut self.reading.faults);
        for pieces in lines {
            let Some(pieces) = self.counted(pieces) else { continue };
            if !self.repeats(&pieces) {
                self.parser.line(pieces, self.reading);
            }
        }
    }

    /// A line without its `@ID`; none, if it is for another id.
    fn counted(&mut self, mut pieces: Vec<Placed>) -> Option<Vec<Placed>> {
        while let Some(first) = pieces.first() {
            let word = first.piece.text.strip_prefix('@');
            let Some(word) = word.filter(|_| first.piece.shape == Shape::Word) else { break };
            let (id, wanted) = match word.strip_prefix('^') {
                Some(id) => (id, false),
                None => (word, true),
            };
            self.ids.insert(id.to_owned());
            if (id == self.setting.id) != wanted {
                return None;
            }
            pieces.remove(0);
        }
        Some(pieces)
    }

    /// Whether a line includes files, which are read then.
    fn includes(&mut self, text: &str, pieces: &[Placed]) -> bool {
        const KINDS: [&str; 6] =
            ["include", "includer", "includem", "includew", "includeb", "includea"];
        let Some(first) = pieces.first().filter(|first| KINDS.contains(&&*first.piece.text)) else {
            return false;
        };
        let own: Vec<_> = pieces.iter().map(|placed| placed.piece.clone()).collect();
        let pattern = slice(text, &own, 1);
        let found = self.found(&pattern);
        if found.is_empty() {
            let words = format!("{} {pattern}", first.piece.text);
            let message = format!("no file matches `{}`", brief(&words));
            let help = "copy what it names beside this file, or take the line out";
            self.reading.skipped.push(Fault::wrong(first.spot, message, help));
            self.reading.taken(first.spot, words, "no file matches, and keepalived goes on");
        }
        for source in found {
            if self.open.contains(&source.name) || self.open.len() >= DEEPEST {
                let message = format!("`{}` includes itself", source.name);
                let help = "take one of the `include` out";
                self.reading.faults.push(Fault::wrong(first.spot, message, help));
            } else {
                self.file(source);
            }
        }
        true
    }

    /// The files of a pattern; one that stands for a director's own folder is looked for beside
    /// the file too, as configurations are copied with their folder.
    fn found(&self, pattern: &str) -> Vec<Source> {
        let by = self.open.last().map_or("", String::as_str);
        let found = self.setting.machine.included(pattern, by);
        match pattern.strip_prefix(USUAL).filter(|_| found.is_empty()) {
            Some(rest) => self.setting.machine.included(rest, &self.open[0]),
            None => found,
        }
    }

    fn repeats(&mut self, pieces: &[Placed]) -> bool {
        let Some(first) = pieces.first().filter(|first| first.piece.text.starts_with('~')) else {
            return false;
        };
        let message = format!("`{}`: the import repeats no lines", first.piece.text);
        self.reading.faults.push(Fault::not_yet(first.spot, message, "write out what it repeats"));
        true
    }
}
