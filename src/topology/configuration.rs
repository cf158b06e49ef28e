use super::{Sketched, foreign, load, rule};
use crate::diag::{Diagnostic, Position, Severity};
use crate::import::keepalived::{self, Cluster, Configuration, Machine, Setting, Sketch};
use crate::import::{Fault, Format, Kind};
use crate::lab::{LabName, Place, Source};
use indexmap::IndexSet;

/// What `@ID` is held against where a single id is named: another one.
const ANOTHER: &str = "another";

/// A file, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// The file.
    pub source: Source,
    /// Its faults.
    pub faults: Vec<Diagnostic>,
}

/// A topology file around the configurations of directors that belong together. Of a file with
/// lines for several ids (keepalived -i) each id is a director, or each of `ids` if there are any;
/// of several such files each is the one of the id in its place.
///
/// # Errors
///
/// Every fault of each file; if they have none, where one file contradicts another one; if none
/// does, what no lab can have.
pub fn sketch(
    name: &LabName,
    sources: &[Source],
    machine: &dyn Machine,
    ids: &[String],
) -> Result<Sketched, Vec<Misread>> {
    let (mut read, mut misread) = (Vec::new(), Vec::new());
    for (number, source) in sources.iter().enumerate() {
        for id in directors(source, (number, sources.len()), machine, ids) {
            match configuration(source, Setting { machine, id: &id }) {
                Ok(configuration) => read.push(configuration),
                Err(faults) => misread.extend(faults),
            }
        }
    }
    if !misread.is_empty() {
        return Err(joined(misread));
    }
    let cluster = keepalived::cluster(&read).map_err(|faults| contradictions(&read, &faults))?;
    checked(name, &cluster)
}

/// The ids for which a file is read.
fn directors(
    source: &Source,
    (number, files): (usize, usize),
    machine: &dyn Machine,
    ids: &[String],
) -> Vec<String> {
    let said = ids.get(number).cloned().unwrap_or_else(|| format!("director{}", number + 1));
    let (_, _, named) = keepalived::keepalived(source, Setting { machine, id: &said });
    if named.is_empty() {
        return vec![said];
    }
    let mut chosen: IndexSet<String> =
        if ids.is_empty() { named } else { ids.iter().cloned().collect() };
    if files > 1 {
        return chosen.get_index(number.min(chosen.len() - 1)).cloned().into_iter().collect();
    }
    if chosen.len() == 1 && ids.is_empty() {
        chosen.insert(ANOTHER.to_owned());
    }
    chosen.into_iter().collect()
}

/// What a keepalived.conf says.
fn configuration(source: &Source, setting: Setting<'_>) -> Result<Configuration, Vec<Misread>> {
    if let Some(other) =
        foreign::other_format(&source.text, Format::Keepalived, rule::CONFIGURATION)
    {
        return Err(vec![Misread { source: source.clone(), faults: vec![other] }]);
    }
    let (configuration, faults, _) = keepalived::keepalived(source, setting);
    let strange = strange(&configuration);
    if !strange.is_empty() {
        return Err(strange);
    }
    if !faults.is_empty() {
        return Err(misread(&configuration, &faults));
    }
    if configuration.is_empty() {
        return Err(vec![Misread { source: source.clone(), faults: vec![nothing(source)] }]);
    }
    Ok(configuration)
}

/// Letters that are not what they look like; what else is wrong comes of them.
fn strange(configuration: &Configuration) -> Vec<Misread> {
    let sources = configuration.files.sources();
    let judged = sources.map(|source| Misread {
        source: source.clone(),
        faults: foreign::strange(&source.text, keepalived::bare),
    });
    judged.filter(|misread| !misread.faults.is_empty()).collect()
}

/// Faults by the files that they are in.
fn misread(configuration: &Configuration, faults: &[Fault]) -> Vec<Misread> {
    let fault = |fault: &Fault| {
        let source = configuration.files.line(fault.spot.line).map(|(source, _)| source.clone());
        Some(Misread { source: source?, faults: vec![located(configuration, fault)] })
    };
    faults.iter().filter_map(fault).collect()
}

/// One entry for each file, each fault once.
fn joined(all: Vec<Misread>) -> Vec<Misread> {
    let mut joined: Vec<Misread> = Vec::new();
    for Misread { source, faults } in all {
        let place = joined.iter().position(|known| known.source == source);
        let place = place.unwrap_or_else(|| {
            joined.push(Misread { source, faults: Vec::new() });
            joined.len() - 1
        });
        for fault in faults {
            if !joined[place].faults.contains(&fault) {
                joined[place].faults.push(fault);
            }
        }
    }
    joined
}

/// Why there is nothing to make a lab of.
fn nothing(source: &Source) -> Diagnostic {
    let text = source.text.trim();
    let message = if text.is_empty() {
        "the file is empty"
    } else if text.contains('\r') && !text.contains('\n') {
        "its lines end with carriage returns alone, so that it is one line to keepalived"
    } else {
        "there is neither a `virtual_server` nor a `vrrp_instance`"
    };
    rule::CONFIGURATION.at(&Place::root(), message, "name a director's keepalived.conf")
}

fn contradictions(read: &[Configuration], faults: &[(usize, Fault)]) -> Vec<Misread> {
    let of =
        |(director, fault): &(usize, Fault)| misread(&read[*director], std::slice::from_ref(fault));
    joined(faults.iter().flat_map(of).collect())
}

/// The topology file of a cluster, if it is a valid one, with its warnings.
fn checked(name: &LabName, cluster: &Cluster<'_>) -> Result<Sketched, Vec<Misread>> {
    let sketch = keepalived::sketch(name, cluster);
    let source = Source { name: format!("{name}.yaml"), text: sketch.text.clone() };
    match load::load(&source) {
        Ok(valid) => {
            let warned = valid.warnings.into_iter();
            let found = warned.filter_map(|warning| retold(cluster, &sketch, warning)).collect();
            let is_proven = !valid.lab.scenarios.is_empty();
            Ok(Sketched { topology: source, found: joined(found), is_proven })
        }
        Err(faults) => {
            let errors = faults.into_iter().filter(|fault| fault.severity == Severity::Error);
            let refused = errors.filter_map(|fault| refused(cluster, &sketch, fault));
            Err(joined(refused.collect()))
        }
    }
}

/// A fault of the sketch as one that keeps the words that it was made of from a lab.
fn refused(cluster: &Cluster<'_>, sketch: &Sketch, fault: Diagnostic) -> Option<Misread> {
    let Diagnostic { code, message, help, position, .. } = fault;
    let message = format!("no lab can have this: {message} ({code})");
    let refusal = rule::NO_LAB.at(&Place::root(), message, help).shown_at(position);
    retold(cluster, sketch, refusal)
}

/// A diagnostic of the sketch at the words that the sketch was made of.
fn retold(cluster: &Cluster<'_>, sketch: &Sketch, fault: Diagnostic) -> Option<Misread> {
    let line = fault.position.map_or(usize::MAX, |position| position.line);
    let origin = sketch.origin(line);
    let director = cluster.directors.get(origin.map_or(0, |origin| origin.director))?;
    let spot = origin.map(|origin| origin.spot);
    let source = director.files.line(spot.map_or(0, |spot| spot.line))?.0.clone();
    let position = spot.and_then(|spot| position(director, spot));
    Some(Misread { source, faults: vec![fault.shown_at(position)] })
}

/// A fault as a diagnostic of the file.
fn located(configuration: &Configuration, fault: &Fault) -> Diagnostic {
    let rule = match fault.kind {
        Kind::Wrong => rule::CONFIGURATION,
        Kind::NotYet => rule::CONFIGURATION_PART,
    };
    let diagnostic = rule.at(&Place::root(), fault.message.clone(), fault.help.clone());
    diagnostic.shown_at(position(configuration, fault.spot))
}

fn position(configuration: &Configuration, spot: crate::import::Spot) -> Option<Position> {
    let words = configuration.files.words(spot)?;
    Some(Position { line: words.line, column: words.column, length: words.length })
}
