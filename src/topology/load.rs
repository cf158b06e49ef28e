use super::document::{Document, Node};
use super::{faults::Faults, schema, shape, validate, wire};
use crate::diag::Diagnostic;
use crate::lab::{Lab, Source};

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
/// Every fault of the file, warnings among them, in the order of the file and with their places.
pub fn load(source: &Source) -> Result<Valid, Vec<Diagnostic>> {
    let mut faults = Faults::default();
    let document = Document::read(&source.text, &mut faults);
    let lab = document.root().and_then(|root| build(root, &mut faults));
    let fatal = faults.fatal();
    let warnings = faults.placed(&document);
    match lab {
        Some(lab) if !fatal => Ok(Valid { lab, warnings }),
        _ => Err(warnings),
    }
}

fn build(root: &Node, faults: &mut Faults) -> Option<Lab> {
    let sound = shape::check(root, &schema::schema(), faults)?;
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
