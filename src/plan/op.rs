use super::{Daemon, DestinationEntry, PacketMark, Process, ServiceEntry, ServiceKey, Upstream};
use crate::lab::{Answer, NetworkName, NodeName, Port, Protocol, SysctlKey, Timeouts};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Duration;

/// A built-in server in a node: HTTP over TCP or SCTP, and the same in datagrams over UDP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backend {
    /// The port, on every address of the node.
    pub port: u16,
    /// The transport protocol.
    pub protocol: Protocol,
    /// The VIPs it serves: what `/whoami` says.
    pub vips: Vec<IpAddr>,
    /// Whom it asks, in this order, before it answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<Upstream>,
    /// What it answers on the paths that health checks ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

impl Backend {
    /// Its port, by which a node knows it.
    pub fn socket(&self) -> Port {
        Port { protocol: self.protocol, number: self.port }
    }
}

/// How a backend treats its clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// It answers what it is asked.
    #[default]
    Serves,
    /// It accepts connections, and never answers.
    Hangs,
    /// It answers everything with this HTTP status.
    Fails(u16),
    /// It answers so much later.
    Lags(Duration),
}

/// One operation on the kernel. It names things; ids are resolved where it is applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub enum Op {
    /// Makes the network namespace `<lab>-<node>`, with its loopback up.
    CreateNamespace {
        /// The node; [`NodeName::switch`] for the namespace of the bridges.
        node: NodeName,
    },
    /// Makes a network's bridge in the switch namespace, up.
    CreateBridge {
        /// The network; the bridge has its name.
        network: NetworkName,
        /// Its MTU in bytes, where it differs from the kernel's.
        mtu: Option<u32>,
    },
    /// Makes a veth pair: `interface` in the node, up, the port `<node>.<n>` on the bridge, up.
    Connect {
        /// The node.
        node: NodeName,
        /// The interface's name in the node, `eth<n>`.
        interface: String,
        /// The bridge to plug into.
        network: NetworkName,
        /// The MTU in bytes of both ends, where it differs from the kernel's.
        mtu: Option<u32>,
    },
    /// Sets an existing interface up (`tunl0`).
    SetLinkUp {
        /// The node.
        node: NodeName,
        /// The interface.
        interface: String,
    },
    /// Has an end of tunnels over IPv6 take whatever is in their envelopes, and not IPv6 only
    /// (ip-tunnel(8), `mode any`). Its undoing has it take IPv6 only.
    TakeAny {
        /// The node.
        node: NodeName,
        /// The interface.
        interface: String,
    },
    /// Opens a UDP port for packets in GUE envelopes (ip-fou(8)): what is in them is taken out, and
    /// goes on as if it had come alone.
    OpenGue {
        /// The node.
        node: NodeName,
        /// The port.
        port: u16,
    },
    /// Adds an address.
    AddAddress {
        /// The node.
        node: NodeName,
        /// The interface.
        interface: String,
        /// The address with its prefix length.
        address: IpNet,
    },
    /// Adds a route.
    AddRoute {
        /// The node.
        node: NodeName,
        /// The destination; none means the default route.
        destination: Option<IpNet>,
        /// The next hop.
        via: IpAddr,
    },
    /// Writes a kernel setting.
    SetSysctl {
        /// The node.
        node: NodeName,
        /// The setting.
        key: SysctlKey,
        /// Its value.
        value: String,
    },
    /// Sets how long a director remembers connections. Its undoing sets the kernel's own times.
    SetTimeouts {
        /// The director.
        node: NodeName,
        /// How long.
        timeouts: Timeouts,
    },
    /// Replaces the client's address by the director's in connections of a virtual service
    /// (FULLNAT): MASQUERADE of what leaves for the real servers.
    AddSourceNat {
        /// The director.
        node: NodeName,
        /// The virtual service.
        service: ServiceKey,
    },
    /// Marks packets on their way into a director, and those that it sends itself, so that IPVS
    /// takes them for those of a virtual service (iptables-extensions(8), MARK).
    MarkPackets {
        /// The director.
        node: NodeName,
        /// Which packets, and the mark.
        packets: PacketMark,
    },
    /// Adds a virtual service to a director's table.
    AddService {
        /// The director.
        node: NodeName,
        /// The entry.
        service: ServiceEntry,
    },
    /// Adds a real server to a virtual service of a director's table.
    AddDestination {
        /// The director.
        node: NodeName,
        /// The virtual service.
        service: ServiceKey,
        /// The entry.
        destination: DestinationEntry,
    },
    /// Starts a built-in server.
    StartBackend {
        /// The node.
        node: NodeName,
        /// What it serves.
        backend: Backend,
    },
    /// Starts a real program, and waits until it works.
    StartProcess {
        /// The node.
        node: NodeName,
        /// What it runs.
        process: Process,
    },
    /// Runs a shell command of the file and waits for it; its failure is the operation's.
    RunCommand {
        /// The node.
        node: NodeName,
        /// The text given to `sh -c`.
        shell: String,
    },
    /// Starts a daemon in a director, and waits until it works; undone in order (SIGTERM), by
    /// force if it does not end.
    StartDaemon {
        /// The director.
        node: NodeName,
        /// What it runs.
        daemon: Daemon,
    },
    /// Waits until one of some directors holds an address.
    AwaitAddress {
        /// The director that is asked first: the one of the highest priority.
        node: NodeName,
        /// The others.
        others: Vec<NodeName>,
        /// The address.
        address: IpAddr,
        /// How long an election may take by the file's own times, on a machine that is quick.
        #[serde(default)]
        election: Duration,
    },
    /// A fault: kills a node's daemons (SIGKILL), and nothing else. Its undoing does nothing:
    /// daemons are started again by [`Op::StartDaemon`].
    KillDaemons {
        /// The director.
        node: NodeName,
    },
    /// A fault: empties a director's IPVS table with everything that it remembers of connections.
    /// Its undoing does nothing.
    ForgetConnections {
        /// The director.
        node: NodeName,
    },
    /// A fault: pulls a cable at the switch. Its undoing plugs it in again.
    CutCable {
        /// The node.
        node: NodeName,
        /// The node's interface.
        interface: String,
    },
    /// A fault: makes a backend treat its clients otherwise. Its undoing makes it serve.
    Misbehave {
        /// The node.
        node: NodeName,
        /// The backend's port.
        port: Port,
        /// How.
        behaviour: Behaviour,
    },
    /// A fault: delays and loses what leaves by an interface (netem, tc-netem(8)).
    Impair {
        /// The node.
        node: NodeName,
        /// The interface.
        interface: String,
        /// The delay of each packet.
        delay: Duration,
        /// How many packets of a hundred are lost.
        loss: u8,
    },
}

impl Op {
    /// The node whose namespace it works in; the switch for bridges.
    pub fn node(&self) -> NodeName {
        match self {
            Self::CreateBridge { .. } => NodeName::switch(),
            Self::CreateNamespace { node }
            | Self::Connect { node, .. }
            | Self::SetLinkUp { node, .. }
            | Self::TakeAny { node, .. }
            | Self::OpenGue { node, .. }
            | Self::AddAddress { node, .. }
            | Self::AddRoute { node, .. }
            | Self::SetSysctl { node, .. }
            | Self::SetTimeouts { node, .. }
            | Self::AddSourceNat { node, .. }
            | Self::MarkPackets { node, .. }
            | Self::AddService { node, .. }
            | Self::AddDestination { node, .. }
            | Self::StartBackend { node, .. }
            | Self::StartProcess { node, .. }
            | Self::RunCommand { node, .. }
            | Self::StartDaemon { node, .. }
            | Self::AwaitAddress { node, .. }
            | Self::KillDaemons { node }
            | Self::ForgetConnections { node }
            | Self::CutCable { node, .. }
            | Self::Misbehave { node, .. }
            | Self::Impair { node, .. } => node.clone(),
        }
    }
}
