use crate::lab::NodeName;
use std::io;

/// A backend could not take over its listener.
#[derive(Debug, thiserror::Error)]
#[error("backend of `{node}` cannot listen: {cause}")]
pub struct BackendError {
    /// The node it was to serve for.
    pub node: NodeName,
    /// What the kernel said.
    pub cause: io::Error,
}
