use schemars::JsonSchema;
use serde::Deserialize;

/// Where requests go: exactly one of `service` and `url`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// The virtual service that they go to.
    pub service: Option<String>,
    /// Which of the service's ports they go to. Default: its first one.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<i64>,
    /// Where they go instead of a service, as in `http://10.0.0.11:8080/health`. Default port: 80.
    pub url: Option<String>,
    /// The path and query, beginning with `/`. Default: `/`.
    pub path: Option<String>,
}
