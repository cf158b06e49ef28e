use super::{Entries, List};
use schemars::JsonSchema;
use serde::Deserialize;

/// A built-in backend on a port of its own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PortBackend {
    /// Whom it asks before it answers. Default: whom the node's other backends ask.
    pub upstream: Option<List<String>>,
}

/// A real program that runs in a node for as long as the lab is up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// The shell command, which must stay in the foreground. `$FILES` is the directory with the
    /// node's `files`, `$NODE` the node's name.
    pub run: String,
    /// The programs that must be installed, each with the Debian package that has it, as in
    /// `{ nginx: nginx-light }`; `php-fpm*` is any whose name begins so. Default: nothing is asked.
    #[serde(default)]
    pub needs: Entries<String>,
    /// The TCP port that listens when the program works, 1 to 65535; it takes the place of a
    /// built-in backend there. Default: the program works if it has not ended half a second after
    /// its start.
    #[schemars(range(min = 1, max = 65535))]
    pub ready: Option<i64>,
    /// How long it may take until it works. Default: 120s.
    #[schemars(title = "a duration")]
    pub within: Option<String>,
}
