use super::{Sketched, foreign, load, retold, rule, validate};
use crate::diag::{Code, Diagnostic, Position, Severity};
use crate::import::keepalived::{self, Cluster, Configuration, Machine, Setting};
use crate::import::{Fault, Format, Kind, Spot};
use crate::lab::{LabName, Place, Source};
use indexmap::IndexSet;

/// What `@ID` is held against where a single id is named: another one.
const ANOTHER: &str = "another";

/// The rules of what is missing.
const LACKS: [Code; 4] =
    [rule::MISSING_KEY.code, rule::VIP_NOWHERE.code, rule::NO_DIRECTOR.code, rule::NO_SERVERS.code];

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
pub fn joined(all: Vec<Misread>) -> Vec<Misread> {
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
    let impossible = retold::impossible(cluster, validate::unusable);
    if !impossible.is_empty() {
        return Err(impossible);
    }
    let sketch = keepalived::sketch(name, cluster);
    let source = Source { name: format!("{name}.yaml"), text: sketch.text.clone() };
    let (mut found, lab) = match load::load(&source) {
        Ok(valid) => (valid.warnings, Some(valid.lab)),
        Err(mut faults) => {
            faults.retain(|fault| fault.severity == Severity::Error);
            (faults, None)
        }
    };
    let mut skipped = skipped(cluster);
    if !skipped.is_empty() {
        // What keepalived goes without is why something is missing.
        found.retain(|fault| retold::is_said(&sketch, fault) && !LACKS.contains(&fault.code));
    }
    if lab.is_some() || !found.is_empty() {
        let all = skipped.iter_mut().flat_map(|misread| &mut misread.faults);
        all.for_each(|fault| fault.severity = Severity::Warning);
    }
    skipped.extend(retold::retold(cluster, &sketch, found));
    let found = skipped;
    let Some(lab) = lab else { return Err(joined(found)) };
    let found = joined(found.into_iter().chain(unfit(cluster)).collect());
    Ok(Sketched { topology: source, found, is_proven: !lab.scenarios.is_empty() })
}

/// In what the directors do not fit together, beside what the lab shows.
fn unfit(cluster: &Cluster<'_>) -> Vec<Misread> {
    let told = |(director, fault): (usize, Fault)| {
        let own = cluster.directors.get(director)?;
        let source = own.files.line(fault.spot.line)?.0.clone();
        let diagnostic = rule::UNFIT.at(&Place::root(), fault.message, fault.help);
        Some(Misread { source, faults: vec![diagnostic.shown_at(at_spot(own, fault.spot))] })
    };
    keepalived::unfit(cluster).into_iter().filter_map(told).collect()
}

/// What keepalived goes without.
fn skipped(cluster: &Cluster<'_>) -> Vec<Misread> {
    let all = cluster.directors.iter();
    joined(all.flat_map(|director| misread(director, &director.skipped)).collect())
}

/// A fault as a diagnostic of the file.
fn located(configuration: &Configuration, fault: &Fault) -> Diagnostic {
    let rule = match fault.kind {
        Kind::Wrong => rule::CONFIGURATION,
        Kind::NotYet => rule::CONFIGURATION_PART,
    };
    let diagnostic = rule.at(&Place::root(), fault.message.clone(), fault.help.clone());
    diagnostic.shown_at(at_spot(configuration, fault.spot))
}

/// The place of a word in its file.
pub fn at_spot(configuration: &Configuration, spot: Spot) -> Option<Position> {
    let words = configuration.files.words(spot)?;
    Some(Position { line: words.line, column: words.column, length: words.length })
}
