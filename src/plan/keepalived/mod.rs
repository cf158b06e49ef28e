//! A director in the words of keepalived.conf(5).

use super::Speaker;
use crate::lab::{Lab, NodeName};

/// keepalived's configuration for a director; none if there is nothing that it would do.
pub(super) fn configuration(
    lab: &Lab,
    director: &NodeName,
    speaker: Option<&Speaker>,
) -> Option<String> {
    let serves = lab.services.iter().any(|service| service.directors.contains(director));
    (serves || speaker.is_some()).then(String::new)
}
