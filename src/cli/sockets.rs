use super::failure::{Failure, reason};
use crate::kernel::{Namespace, client_socket};
use crate::lab::{Lab, NodeName};
use crate::traffic::{SocketSpec, Sockets};
use std::io;
use std::os::fd::OwnedFd;

/// Sockets that are made inside a node, and used from here.
#[derive(Debug)]
pub struct NodeSockets(Namespace);

impl NodeSockets {
    /// Sockets of a node of a running lab.
    pub fn open(lab: &Lab, node: &NodeName) -> Result<Self, Failure> {
        let name = lab.namespace(node);
        let opened = Namespace::named(&name).map(Self);
        opened
            .map_err(|error| Failure::failed(format!("cannot enter `{name}`: {}", reason(&error))))
    }
}

impl Sockets for NodeSockets {
    fn open(&mut self, wanted: &[SocketSpec]) -> io::Result<Vec<OwnedFd>> {
        let open = |spec: &SocketSpec| client_socket(spec.protocol, spec.to, spec.source_port);
        self.0.run(|| wanted.iter().map(open).collect())
    }
}
