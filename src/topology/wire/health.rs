use super::NumberOrText;
use schemars::JsonSchema;
use serde::Deserialize;

/// How a director finds out which real servers serve: exactly one of `http`, `tcp` and `command`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// A GET request to the real server, and what the answer must be like (HTTP_GET). `{}` is
    /// enough.
    pub http: Option<HttpProbe>,
    /// A connect to the real server's port, and no more (TCP_CHECK), as in `tcp: {}`.
    pub tcp: Option<TcpProbe>,
    /// A shell command that exits with 0 if the real server of `$RIP` and `$RPORT` serves
    /// (MISC_CHECK).
    pub command: Option<String>,
    /// The time between two checks of a real server. Default: 60s.
    #[schemars(title = "a duration")]
    pub delay_loop: Option<String>,
    /// How long the connect and how long the answer may take. Default: 5s.
    #[schemars(title = "a duration")]
    pub connect_timeout: Option<String>,
    /// How many more attempts a real server gets before it counts as failed. Default: 1, and 0 for
    /// `command`.
    #[schemars(range(min = 0))]
    pub nb_get_retry: Option<i64>,
    /// The time between these attempts. Default: 3s for `http`, else 1s.
    #[schemars(title = "a duration")]
    pub delay_before_retry: Option<String>,
    /// Whether a failed real server stays in the table with the weight 0; else it is removed.
    /// Default: false.
    pub inhibit_on_failure: Option<bool>,
}

/// What an answer must be like for a real server to be up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpProbe {
    /// The path and query, beginning with `/`. Default: `/`.
    pub path: Option<String>,
    /// The HTTP status that is good, such as `200`, or a range such as `200..299`. Default:
    /// 200..299.
    pub status: Option<NumberOrText>,
    /// The MD5 of the body, 32 hexadecimal digits, as genhash(1) prints it. Default: any body.
    pub digest: Option<String>,
    /// A text that the body must contain. Default: any body.
    pub body: Option<String>,
}

/// A connect: there is nothing to set.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TcpProbe {}

/// Who serves alone while there is no quorum.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "a real server, or a mapping with `server`, `port` and `address`")]
pub enum SorryServer {
    /// The real server alone.
    Name(String),
    /// The real server and more.
    Details(SorryServerDetails),
}

/// A sorry server with more than its name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SorryServerDetails {
    /// The real server.
    pub server: String,
    /// The port on it, 1 to 65535. Default: the virtual port, and with DR and TUN it can be no
    /// other.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<i64>,
    /// The network in which the directors reach it. Default: the first one that it shares with a
    /// director.
    pub address: Option<String>,
}
