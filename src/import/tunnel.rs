use super::fault::{Fault, Said};
use crate::lab::{Tunnel, TunnelChecksum};

/// What a line says of a tunnel.
pub struct Options<'t> {
    /// `--tun-type`.
    pub kind: Option<Said<&'t str>>,
    /// `--tun-port`.
    pub port: Option<Said<i64>>,
    /// `--tun-nocsum` and its like.
    pub checksum: Option<Said<TunnelChecksum>>,
}

impl Options<'_> {
    /// The tunnel, by the rules of ipvsadm(8).
    pub fn tunnel(&self) -> Result<Tunnel, Fault> {
        let Some(kind) = self.kind else {
            self.refuse(self.port.map(|port| port.map(drop)), "--tun-port", "ipip")?;
            self.refuse(self.checksum.map(|sum| sum.map(drop)), "a checksum", "ipip")?;
            return Ok(Tunnel::Ipip);
        };
        let checksum = self.checksum.map_or(TunnelChecksum::None, |said| said.value);
        if kind.value != "gue" {
            self.refuse(self.port.map(|port| port.map(drop)), "--tun-port", kind.value)?;
        }
        match kind.value {
            "ipip" => {
                self.refuse(self.checksum.map(|sum| sum.map(drop)), "a checksum", "ipip")?;
                Ok(Tunnel::Ipip)
            }
            "gre" => {
                let remote = self.checksum.filter(|sum| sum.value == TunnelChecksum::Remote);
                self.refuse(remote.map(|sum| sum.map(drop)), "--tun-remcsum", "gre")?;
                Ok(Tunnel::Gre(checksum))
            }
            "gue" => Ok(Tunnel::Gue { port: self.gue_port(kind)?, checksum }),
            other => {
                let message = format!("ipvsadm has no tunnel of the type `{other}`");
                Err(Fault::wrong(kind.spot, message, "types: `ipip`, `gre`, `gue`"))
            }
        }
    }

    fn gue_port(&self, kind: Said<&str>) -> Result<u16, Fault> {
        let help = "add `--tun-port PORT`, as in `--tun-port 6080`";
        let said = self.port.ok_or_else(|| {
            Fault::wrong(kind.spot, "a tunnel of the type `gue` needs a port", help)
        })?;
        let port = u16::try_from(said.value).ok().filter(|port| *port != 0);
        port.ok_or_else(|| {
            let message = format!("the port `{}` is out of range", said.value);
            Fault::wrong(said.spot, message, "choose 1 to 65535")
        })
    }

    /// An option that the type of tunnel does not take.
    fn refuse(&self, option: Option<Said<()>>, name: &str, kind: &str) -> Result<(), Fault> {
        let Some(Said { spot, .. }) = option else { return Ok(()) };
        let name = if name.starts_with('-') { format!("`{name}`") } else { name.to_owned() };
        let message = format!("a tunnel of the type `{kind}` does not take {name}");
        Err(Fault::wrong(spot, message, "take it out, or choose another `--tun-type`"))
    }
}
