use super::{faults::Faults, read, schema, shape, validate, wire};
use crate::diag::Diagnostic;
use crate::lab::{Lab, Source};
use serde_json::Value;

/// A topology that can be built, and what is odd about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valid {
    /// The lab.
    pub lab: Lab,
    /// Warnings, in the order of the file.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a topology and judges it.
///
/// # Errors
///
/// Every fault of the file, warnings among them, in the order of the file.
pub fn load(source: &Source) -> Result<Valid, Vec<Diagnostic>> {
    let mut faults = Faults::default();
    let Some(document) = read::read(&source.text, &mut faults) else {
        return Err(faults.in_order(&Value::Null));
    };
    let lab = build(document.clone(), &mut faults);
    let fatal = faults.fatal();
    let warnings = faults.in_order(&document);
    match lab {
        Some(lab) if !fatal => Ok(Valid { lab, warnings }),
        _ => Err(warnings),
    }
}

fn build(document: Value, faults: &mut Faults) -> Option<Lab> {
    let sound = shape::check(document, &schema::schema(), faults)?;
    // What the schema let through decodes; if the two ever disagree, serde's word is the fault.
    match serde_json::from_value::<wire::Topology>(sound) {
        Ok(topology) => validate::validate(topology, faults),
        Err(error) => {
            faults.push(super::rule::WRONG_TYPE.at(
                &crate::lab::Place::root(),
                format!("the file cannot be decoded: {error}"),
                "hold it against `lvs-lab schema`",
            ));
            None
        }
    }
}
