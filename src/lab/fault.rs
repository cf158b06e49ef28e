use super::{NetworkName, NodeName, ServiceName};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// Something that is broken on purpose, in one node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where.
    pub node: NodeName,
    /// What.
    pub kind: FaultKind,
}

/// What is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// A real server's backends are stopped: connections are refused. A director's daemons are
    /// stopped in order, as by `systemctl stop`.
    Stop,
    /// A real server's backends accept, and never answer.
    Hang,
    /// A real server's backends answer every request with this status.
    Fail {
        /// The HTTP status, usually 500.
        status: u16,
    },
    /// A real server's backends answer so much later.
    Slow {
        /// The delay of each answer.
        by: Duration,
    },
    /// The cable to one network is pulled at the switch: no carrier.
    Cut {
        /// The network.
        network: NetworkName,
    },
    /// Every cable is pulled; the node itself lives on.
    Isolate,
    /// The power is cut: daemons get SIGKILL, cables are dead, and what the kernel remembered (VIPs,
    /// table, connections) is lost. Healing is a reboot.
    Kill,
    /// A director's daemons get SIGKILL, and nothing else happens: the VIP stays behind.
    KillDaemons,
    /// A real server has another weight in the directors' tables.
    Weight {
        /// The virtual service; none means every one that has the server.
        service: Option<ServiceName>,
        /// The weight; 0 quiesces.
        to: u32,
    },
    /// A real server is taken out of the directors' tables; healing adds it again.
    Remove {
        /// The virtual service; none means every one that has the server.
        service: Option<ServiceName>,
    },
    /// What the node sends into a network is delayed or lost (netem).
    Impair {
        /// The network; none means all of the node's.
        network: Option<NetworkName>,
        /// The delay of each packet.
        delay: Duration,
        /// How many packets of a hundred are lost, 0 to 100.
        loss: u8,
    },
}

impl FaultKind {
    /// The word for it in a topology file and on the command line.
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Hang => "hang",
            Self::Fail { .. } => "fail",
            Self::Slow { .. } => "slow",
            Self::Cut { .. } => "cut",
            Self::Isolate => "isolate",
            Self::Kill => "kill",
            Self::KillDaemons => "kill-daemons",
            Self::Weight { .. } => "weight",
            Self::Remove { .. } => "remove",
            Self::Impair { .. } => "impair",
        }
    }
}

/// As on the command line: `kill node01`, `weight rs1 to 0`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { node, kind } = self;
        write!(f, "{} {node}", kind.keyword())?;
        match kind {
            FaultKind::Fail { status } => write!(f, " with {status}"),
            FaultKind::Slow { by } => write!(f, " by {by:?}"),
            FaultKind::Cut { network } => write!(f, " from {network}"),
            FaultKind::Weight { to, service } => {
                write!(f, " to {to}")?;
                somewhere(f, "in", service.as_ref())
            }
            FaultKind::Remove { service } => somewhere(f, "from", service.as_ref()),
            FaultKind::Impair { network, delay, loss } => {
                somewhere(f, "in", network.as_ref())?;
                match (delay, loss) {
                    (&Duration::ZERO, loss) => write!(f, " by {loss} %"),
                    (delay, 0) => write!(f, " by {delay:?}"),
                    (delay, loss) => write!(f, " by {delay:?} and {loss} %"),
                }
            }
            _ => Ok(()),
        }
    }
}

fn somewhere(
    f: &mut fmt::Formatter<'_>,
    word: &str,
    place: Option<&impl fmt::Display>,
) -> fmt::Result {
    place.map_or(Ok(()), |place| write!(f, " {word} {place}"))
}

/// What is to be healed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Healing {
    /// Every fault.
    All,
    /// The faults of one node.
    Node(NodeName),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_faults_that_differ_read_differently() {
        let said = |kind| Fault { node: "rs1".parse().unwrap(), kind }.to_string();
        let web = || Some("web".parse().unwrap());
        assert_eq!(said(FaultKind::Weight { service: web(), to: 0 }), "weight rs1 to 0 in web");
        assert_eq!(said(FaultKind::Weight { service: None, to: 0 }), "weight rs1 to 0");
        assert_eq!(said(FaultKind::Remove { service: web() }), "remove rs1 from web");
        let (network, delay) = (Some("lan".parse().unwrap()), Duration::from_millis(50));
        let impair = FaultKind::Impair { network, delay, loss: 10 };
        assert_eq!(said(impair), "impair rs1 in lan by 50ms and 10 %");
        let lossy = FaultKind::Impair { network: None, delay: Duration::ZERO, loss: 10 };
        assert_eq!(said(lossy), "impair rs1 by 10 %");
    }
}
