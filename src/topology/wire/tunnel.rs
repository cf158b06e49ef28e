use super::words;
use crate::lab::TunnelChecksum;
use schemars::JsonSchema;
use serde::Deserialize;

/// What TUN packs packets into.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "a kind of tunnel, or a mapping with `kind`, `port` and `checksum`")]
pub enum Tunnel {
    /// The kind alone.
    Kind(#[schemars(schema_with = "words::tunnel")] TunnelKind),
    /// The kind and more.
    Details(TunnelDetails),
}

/// A kind of tunnel.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TunnelKind {
    Ipip,
    Gre,
    Gue,
}

/// A tunnel with more than its kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TunnelDetails {
    /// The kind of tunnel (ipvsadm --tun-type).
    #[schemars(schema_with = "words::tunnel")]
    pub kind: TunnelKind,
    /// The UDP port on the real server that the envelopes go to (ipvsadm --tun-port), for `gue`
    /// only. Default: 6080.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<i64>,
    /// What guards the envelope, for `gre` and `gue`: `none`, `full`, or for `gue` also `remote`
    /// (ipvsadm --tun-nocsum, --tun-csum, --tun-remcsum). Default: none.
    #[serde(default)]
    #[schemars(schema_with = "words::tunnel_checksum")]
    pub checksum: Option<TunnelChecksum>,
}

impl TunnelDetails {
    /// A kind with nothing said of it.
    pub fn plain(kind: TunnelKind) -> Self {
        Self { kind, port: None, checksum: None }
    }
}
