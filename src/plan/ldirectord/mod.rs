//! A director in the words of ldirectord(8).

use crate::lab::{Lab, NodeName};

/// ldirectord's configuration for a director; none if it has no virtual service.
pub(super) fn configuration(lab: &Lab, director: &NodeName) -> Option<String> {
    let serves = lab.services.iter().any(|service| service.directors.contains(director));
    serves.then(String::new)
}
