use super::{Lab, Node, NodeName, Place, Port, ProcessName, Protocol, Role};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

/// The port of a real server that is in no virtual service.
const HTTP: u16 = 80;

/// What a node serves by the file's own word, beside what virtual services ask of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// Whom its built-in backends ask before they answer; a backend may have a list of its own.
    pub upstream: Vec<Upstream>,
    /// Its built-in backends on ports that the file names, in the order of the file.
    pub backends: Vec<PortBackend>,
    /// Its processes, in the order of the file.
    pub processes: Vec<Process>,
    /// The files that its processes find under `$FILES`: texts by relative path.
    pub files: IndexMap<String, String>,
}

/// Somebody who is asked before an answer is given: the next tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    /// The node, where the file names one.
    pub node: Option<NodeName>,
    /// Where it is asked.
    pub address: SocketAddr,
    /// Where the file says so.
    pub at: Place,
}

/// A built-in backend on a port that the file names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortBackend {
    /// The port, on every address of the node.
    pub port: u16,
    /// Whom it asks; the node's own list if nothing is said.
    pub upstream: Option<Vec<Upstream>>,
    /// Where the file says so.
    pub at: Place,
}

/// A real program that runs in a node for as long as the lab is up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The program.
    pub program: Program,
    /// Where the file says so.
    pub at: Place,
}

/// A program that is not ours: how it is run, and when it works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Its name: a node has one of each.
    pub name: ProcessName,
    /// The text given to `sh -c`.
    pub run: String,
    /// The programs that must be installed, each with the Debian package that brings it.
    pub needs: IndexMap<String, String>,
    /// The TCP port that listens when it works; without one it works if it does not end soon.
    pub ready: Option<u16>,
    /// How long it may take until it works.
    pub within: Duration,
}

impl Serving {
    /// Whether the file says no word of it.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whom the built-in backend on a port asks.
    pub fn upstream_of(&self, port: Port) -> &[Upstream] {
        let own = self.backends.iter().find(|backend| Port::tcp(backend.port) == port);
        own.and_then(|backend| backend.upstream.as_deref()).unwrap_or(&self.upstream)
    }

    /// The ports that its processes listen on.
    pub fn process_ports(&self) -> impl Iterator<Item = u16> + '_ {
        self.processes.iter().filter_map(|process| process.program.ready)
    }
}

impl Lab {
    /// The ports of a node's built-in backends, and where the file asks for each: those of virtual
    /// services, those under `backends`, or 80 for a real server that has neither. A process takes
    /// the place of the backend on its port.
    pub fn backend_ports(&self, node: &Node) -> BTreeMap<Port, Place> {
        let services = self.services.iter().flat_map(|service| service.ports_of(node));
        let asked = services.map(|(port, entry)| (port, &entry.at));
        let named = node.serving.backends.iter();
        let named = named.map(|backend| (Port::tcp(backend.port), &backend.at));
        let mut ports = BTreeMap::new();
        for (port, at) in asked.chain(named) {
            ports.entry(port).or_insert_with(|| at.clone());
        }
        if ports.is_empty() && node.role == Role::RealServer {
            ports.insert(Port::tcp(HTTP), node.at.clone());
        }
        ports.retain(|port, _| node.serving.process_ports().all(|taken| Port::tcp(taken) != *port));
        ports
    }

    /// The TCP ports on which a node serves, be it by a built-in backend or by a process.
    pub fn served_ports(&self, node: &Node) -> BTreeSet<u16> {
        let backends = self.backend_ports(node).into_keys();
        let backends = backends.filter(|port| port.protocol == Protocol::Tcp);
        backends.map(|port| port.number).chain(node.serving.process_ports()).collect()
    }
}
