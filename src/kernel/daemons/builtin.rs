use super::launch::{Output, Place, launch};
use crate::kernel::Cause;
use crate::programs::Program;
use std::ffi::OsStr;

/// What a daemon of this program says on its standard output when it works.
const READY: &str = "ready";

/// Starts a daemon of this program, and waits for its word that it works.
pub async fn start(place: Place<'_>) -> Result<(), Cause> {
    let configuration = place.file("conf");
    let arguments = [OsStr::new("daemon"), configuration.as_os_str()];
    let mut launched = launch(place, Program::OWN, &arguments, Output::Pipe)?;
    match launched.first_line().await.as_deref() {
        Some(READY) => Ok(()),
        _ => Err(launched.failure().await),
    }
}
