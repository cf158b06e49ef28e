//! How long a test waits.

use std::time::Duration;

/// How long a condition may take to come true, whatever else the machine does. It ends a hang, and
/// no test is about it.
pub const PATIENCE: Duration = Duration::from_secs(300);
