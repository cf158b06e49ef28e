use super::rule;
use crate::diag::{Located, Position};
use crate::import::keepalived::{self, Configuration};
use crate::import::{Fault, Kind};
use crate::lab::{LabName, Place, Source};

/// A file, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// The file.
    pub source: Source,
    /// Its faults.
    pub faults: Vec<Located>,
}

/// What a keepalived.conf says.
///
/// # Errors
///
/// Every fault of it.
pub fn configuration(source: &Source) -> Result<Configuration, Vec<Located>> {
    let (configuration, faults) = keepalived::keepalived(source);
    let mut located: Vec<_> = faults.into_iter().map(|fault| located(source, fault)).collect();
    if located.is_empty() && configuration.is_empty() {
        located.push(nothing());
    }
    if located.is_empty() { Ok(configuration) } else { Err(located) }
}

fn nothing() -> Located {
    let message = "there is neither a `virtual_server` nor a `vrrp_instance`";
    let help = "name a director's keepalived.conf";
    Located { diagnostic: rule::CONFIGURATION.at(&Place::root(), message, help), position: None }
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
        let faults: Vec<_> = own.map(|(_, fault)| located(source, fault.clone())).collect();
        (!faults.is_empty()).then(|| Misread { source: source.clone(), faults })
    };
    sources.iter().enumerate().filter_map(|(number, source)| of(number, source)).collect()
}

/// A fault as a diagnostic of the file.
fn located(source: &Source, fault: Fault) -> Located {
    let rule = match fault.kind {
        Kind::Wrong => rule::CONFIGURATION,
        Kind::NotYet => rule::CONFIGURATION_PART,
    };
    let (spot, place) = (fault.spot, Place::root());
    let position = keepalived::column(&source.text, spot).map(|(column, length)| Position {
        line: spot.line + 1,
        column: column + 1,
        length,
    });
    Located { diagnostic: rule.at(&place, fault.message, fault.help), position }
}
