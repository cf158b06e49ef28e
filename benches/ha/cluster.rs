use super::Result;
use super::contender::Contender;
use super::timing::timed;
use clap::ValueEnum;
use lvs_lab::lab::{Fault, FaultKind, Healing, LabName, NodeName};
use lvs_lab::state::{LabDir, StateDir};
use lvs_lab::supervisor;
use std::fmt;
use std::net::Ipv4Addr;
use std::process::Command;
use std::time::Duration;

/// What the directors stand in for each other for.
pub const VIP: Ipv4Addr = Ipv4Addr::new(192, 168, 150, 100);

/// The director of the higher priority, 100.
pub const FIRST: Director = Director { name: "node01", address: Ipv4Addr::new(192, 168, 150, 1) };

/// The one that stands in for it, of priority 50.
pub const SECOND: Director = Director { name: "node04", address: Ipv4Addr::new(192, 168, 150, 4) };

/// The namespaces of the client and of the switch.
pub const CLIENT: &str = "bench-client";
pub const SWITCH: &str = "bench-switch";

const NAME: &str = "bench";
const FILE: &str = "/run/bench.yaml";
const STATE: &str = "/run/bench-state";

/// A director.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Director {
    name: &'static str,
    /// The source of its adverts.
    pub address: Ipv4Addr,
}

impl Director {
    /// Its network namespace.
    pub fn namespace(&self) -> String {
        format!("{NAME}-{}", self.name)
    }

    fn node(&self) -> Result<NodeName> {
        Ok(self.name.parse()?)
    }
}

/// How the directors speak VRRP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Protocol {
    /// Version 2, an advert a second.
    Seconds,
    /// Version 3, ten adverts a second.
    Tenths,
    /// Version 3, a hundred adverts a second.
    Hundredths,
}

impl Protocol {
    /// The time between two adverts.
    pub fn interval(self) -> Duration {
        Duration::from_millis(match self {
            Self::Seconds => 1000,
            Self::Tenths => 100,
            Self::Hundredths => 10,
        })
    }

    /// How long the second director must hear nothing before it takes over: three adverts and its
    /// skew (RFC 3768 and RFC 5798, section 6.1), which in version 2 is a part of a second.
    pub fn silence(self) -> Duration {
        3 * self.interval() + self.interval() * (256 - 50) / 256
    }

    fn version(self) -> u8 {
        match self {
            Self::Seconds => 2,
            Self::Tenths | Self::Hundredths => 3,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}, {} ms", self.version(), self.interval().as_millis())
    }
}

/// A lab with two directors and a client that runs. It has no virtual service, so that every kernel
/// can hold it; it ends with its sandbox.
pub struct Cluster {
    dir: LabDir,
}

impl Cluster {
    /// Builds it, and returns when the first director holds the VIP.
    pub fn up(contender: Contender, protocol: Protocol) -> Result<Self> {
        std::fs::write(FILE, text(contender, protocol))?;
        let mut up = Command::new(env!("CARGO_BIN_EXE_lvs-lab"));
        up.args(["--kernel", "host", "--state-dir", STATE, "--quiet", "up", FILE]);
        timed(up)?;
        let name: LabName = NAME.parse()?;
        Ok(Self { dir: StateDir::at(STATE).lab(&name) })
    }

    /// Cuts the power of a director: its daemons get SIGSTOP and SIGKILL, its cable is pulled, its
    /// VIP goes.
    pub fn kill(&self, director: Director) -> Result<()> {
        let fault = Fault { node: director.node()?, kind: FaultKind::Kill };
        supervisor::disturb(&self.dir, &fault)?;
        Ok(())
    }

    /// Boots it again.
    pub fn heal(&self, director: Director) -> Result<()> {
        supervisor::heal(&self.dir, &Healing::Node(director.node()?))?;
        Ok(())
    }
}

fn text(contender: Contender, protocol: Protocol) -> String {
    format!(
        "name: {NAME}
networks: {{ lan: 192.168.150.0/24 }}
clients: {{ client: {{ addresses: {{ lan: 192.168.150.9 }} }} }}
directors:
  {first}: {{ addresses: {{ lan: {} }} }}
  {second}: {{ addresses: {{ lan: {} }} }}
high_availability:
  engine: {contender}
  virtual_routers:
    VI_1:
      router_id: 51
      priorities: {{ {first}: 100, {second}: 50 }}
      vips: [{VIP}]
      version: {}
      advert_interval: {}ms
",
        FIRST.address,
        SECOND.address,
        protocol.version(),
        protocol.interval().as_millis(),
        first = FIRST.name,
        second = SECOND.name,
    )
}
