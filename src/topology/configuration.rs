use super::rule;
use crate::diag::{Diagnostic, Lines, Position};
use crate::import::keepalived::{self, Configuration};
use crate::import::{Fault, Kind, Spot};
use crate::lab::{LabName, Place, Source};

/// A file, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// The file.
    pub source: Source,
    /// Its faults.
    pub faults: Vec<Diagnostic>,
}

/// What a keepalived.conf says.
///
/// # Errors
///
/// Every fault of it.
pub fn configuration(source: &Source) -> Result<Configuration, Vec<Diagnostic>> {
    let (configuration, faults) = keepalived::keepalived(source);
    let lines = Lines::of(&source.text);
    let mut placed: Vec<_> = faults.into_iter().map(|fault| placed(&lines, fault)).collect();
    if placed.is_empty() && configuration.is_empty() {
        placed.push(nothing());
    }
    if placed.is_empty() { Ok(configuration) } else { Err(placed) }
}

fn nothing() -> Diagnostic {
    let message = "there is neither a `virtual_server` nor a `vrrp_instance`";
    let help = "name a director's keepalived.conf";
    rule::CONFIGURATION.at(&Place::root(), message, help)
}

/// A topology file around the configurations of directors that belong together.
///
/// # Errors
///
/// Every fault of each file; if they have none, where one file contradicts another one.
pub fn sketch(name: &LabName, sources: &[Source]) -> Result<Source, Vec<Misread>> {
    let (mut read, mut misread) = (Vec::new(), Vec::new());
    for source in sources {
        match configuration(source) {
            Ok(configuration) => read.push(configuration),
            Err(faults) => misread.push(Misread { source: source.clone(), faults }),
        }
    }
    if !misread.is_empty() {
        return Err(misread);
    }
    match keepalived::cluster(&read) {
        Ok(cluster) => {
            let text = keepalived::sketch(name, &cluster);
            Ok(Source { name: format!("{name}.yaml"), text })
        }
        Err(faults) => Err(contradictions(sources, &faults)),
    }
}

fn contradictions(sources: &[Source], faults: &[(usize, Fault)]) -> Vec<Misread> {
    let of = |number: usize, source: &Source| {
        let own = faults.iter().filter(|(director, _)| *director == number);
        let lines = Lines::of(&source.text);
        let faults: Vec<_> = own.map(|(_, fault)| placed(&lines, fault.clone())).collect();
        (!faults.is_empty()).then(|| Misread { source: source.clone(), faults })
    };
    sources.iter().enumerate().filter_map(|(number, source)| of(number, source)).collect()
}

/// A fault as a diagnostic of the file.
fn placed(lines: &Lines<'_>, fault: Fault) -> Diagnostic {
    let rule = match fault.kind {
        Kind::Wrong => rule::CONFIGURATION,
        Kind::NotYet => rule::CONFIGURATION_PART,
    };
    let number = fault.spot.line + 1;
    let piece = lines.line(number).and_then(|line| {
        let spot = Spot { line: 0, ..fault.spot };
        keepalived::column(line, spot)
    });
    let position =
        piece.map(|(column, length)| Position { line: number, column: column + 1, length });
    rule.at(&Place::root(), fault.message, fault.help).shown_at(position)
}
