use super::configuration::Misread;
use super::{foreign, load, rule, table, wording};
use crate::diag::{Diagnostic, Lines, Position, Severity};
use crate::import::{self, Bare, Director, Fault, Format, Kind, Origin, Sketch, Spot, ldirectord};
use crate::lab::{LabName, Place, Source};

/// A topology file that is made of another tool's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketched {
    /// The topology file.
    pub topology: Source,
    /// What is wrong with it, told of the other files.
    pub found: Vec<Misread>,
    /// Whether it has a scenario.
    pub is_proven: bool,
}

impl Sketched {
    /// Whether no lab can be made of it as it is.
    pub fn is_at_fault(&self) -> bool {
        let is_error = |found: &Diagnostic| found.severity == Severity::Error;
        self.found.iter().flat_map(|misread| &misread.faults).any(is_error)
    }
}

/// A topology file around a table of ipvsadm(8).
///
/// # Errors
///
/// What is wrong with the table itself.
pub fn of_table(name: &LabName, source: &Source) -> Result<Sketched, Misread> {
    text(source, Origin::Ipvsadm)?;
    let (read, faults) = import::ipvsadm(&source.text);
    if read.services.is_empty() && faults.is_empty() {
        let help = "name a file with what `ipvsadm -S -n` printed";
        return Err(nothing(source, rule::TABLE, help));
    }
    let told = |fault: Fault| match fault.kind {
        Kind::Wrong => rule::TABLE,
        Kind::NotYet => rule::TABLE_OPTION,
    };
    let reader = Reader { source, origin: Origin::Ipvsadm, position: of_word, rule: told };
    reader.sound(faults)?;
    Ok(reader.sketched(&import::sketch(name, &Director::of(read), Origin::Ipvsadm), name))
}

/// A topology file around an ldirectord.cf.
///
/// # Errors
///
/// What is wrong with the file itself.
pub fn of_ldirectord(name: &LabName, source: &Source) -> Result<Sketched, Misread> {
    text(source, Origin::Ldirectord)?;
    let (read, faults) = ldirectord::ldirectord(&source.text);
    if read.services.is_empty() && faults.is_empty() {
        return Err(nothing(source, rule::LDIRECTORD, "name an ldirectord.cf"));
    }
    let told = |fault: Fault| match fault.kind {
        Kind::Wrong => rule::LDIRECTORD,
        Kind::NotYet => rule::LDIRECTORD_PART,
    };
    let origin = Origin::Ldirectord;
    let reader = Reader { source, origin, position: ldirectord::column, rule: told };
    reader.sound(faults)?;
    Ok(reader.sketched(&import::sketch(name, &read, Origin::Ldirectord), name))
}

/// Whether a file is what it should be, in letters that are what they look like.
fn text(source: &Source, origin: Origin) -> Result<(), Misread> {
    let bare: fn(&str) -> Vec<Bare> = match origin {
        Origin::Ipvsadm => import::bare_words,
        Origin::Ldirectord => ldirectord::bare,
    };
    let faults = match other_format(&source.text, origin) {
        Some(other) => vec![other],
        None => foreign::strange(&source.text, bare),
    };
    if faults.is_empty() { Ok(()) } else { Err(Misread { source: source.clone(), faults }) }
}

/// What a file is in place of what it should be. A table may be a listing, or lines of a script.
fn other_format(text: &str, origin: Origin) -> Option<Diagnostic> {
    let (format, _) = import::looks_like(text)?;
    match (origin, format) {
        (Origin::Ipvsadm, Format::ListedTable | Format::Script) => None,
        (Origin::Ipvsadm, _) => foreign::other_format(text, Format::SavedTable, rule::TABLE),
        (Origin::Ldirectord, _) => {
            foreign::other_format(text, Format::Ldirectord, rule::LDIRECTORD)
        }
    }
}

fn nothing(source: &Source, rule: rule::Rule, help: &str) -> Misread {
    let message = "there is no virtual service in this file";
    let faults = vec![rule.at(&Place::root(), message, help)];
    Misread { source: source.clone(), faults }
}

/// The column and the length of a word of a table, both in characters, the column from 0.
fn of_word(text: &str, spot: Spot) -> Option<(usize, usize)> {
    let found = table::position(&Lines::of(text), spot.line + 1, spot.word);
    found.map(|found| (found.column - 1, found.length))
}

/// What makes a topology file of another tool's.
struct Reader<'s> {
    source: &'s Source,
    origin: Origin,
    /// The column and the length of a word.
    position: fn(&str, Spot) -> Option<(usize, usize)>,
    /// The rule that a fault of the file breaks.
    rule: fn(Fault) -> rule::Rule,
}

impl Reader<'_> {
    /// Whether the file itself has no fault.
    fn sound(&self, faults: Vec<Fault>) -> Result<(), Misread> {
        if faults.is_empty() {
            return Ok(());
        }
        Err(self.misread(faults.into_iter().map(|fault| self.fault(fault)).collect()))
    }

    fn sketched(&self, sketch: &Sketch, name: &LabName) -> Sketched {
        let topology = Source { name: format!("{name}.yaml"), text: sketch.text() };
        let (found, is_proven) = match load(&topology) {
            Ok(valid) => (valid.warnings, !valid.lab.scenarios.is_empty()),
            Err(faults) => (faults, false),
        };
        let retold = self.retold(sketch, found);
        let found = if retold.is_empty() { Vec::new() } else { vec![self.misread(retold)] };
        Sketched { topology, found, is_proven }
    }

    fn misread(&self, faults: Vec<Diagnostic>) -> Misread {
        Misread { source: self.source.clone(), faults }
    }

    fn fault(&self, fault: Fault) -> Diagnostic {
        let position = self.place(fault.spot);
        let rule = (self.rule)(fault.clone());
        rule.at(&Place::root(), fault.message, fault.help).shown_at(position)
    }

    fn place(&self, spot: Spot) -> Option<Position> {
        let (column, length) = (self.position)(&self.source.text, spot)?;
        Some(Position { line: spot.line + 1, column: column + 1, length })
    }

    /// Faults of the topology file in words of the other file, each at the word of it that it comes
    /// from, and each once.
    fn retold(&self, sketch: &Sketch, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut all: Vec<Diagnostic> = Vec::new();
        for diagnostic in found {
            let at = diagnostic.position;
            let spot = at.and_then(|at| sketch.origin(at.line, at.column));
            let told = wording::reworded(diagnostic, sketch, self.origin);
            let told = told.shown_at(spot.and_then(|spot| self.place(spot)));
            if !all.iter().any(|known| known.message == told.message) {
                all.push(told);
            }
        }
        // What a word is not at all, it is not in other ways either.
        for decisive in [rule::CHARACTER.code, rule::UNKNOWN_SCHEDULER.code] {
            let first = all.iter().filter(|told| told.code == decisive);
            let places: Vec<_> = first.map(|told| told.position).collect();
            all.retain(|told| told.code == decisive || !places.contains(&told.position));
        }
        // What is guessed around a fault of the file only repeats it.
        if all.iter().any(|told| told.position.is_some()) {
            all.retain(|told| told.position.is_some());
        }
        all.sort_by_key(|found| found.position.map(|at| (at.line, at.column)));
        all
    }
}
