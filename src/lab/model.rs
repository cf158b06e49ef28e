use super::{
    HighAvailability, IpvsSettings, LabName, Network, NetworkName, Node, NodeName, Role, Scenario,
    ServiceName, VirtualRouter, VirtualService,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A laboratory that was found valid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lab {
    /// Its name.
    pub name: LabName,
    /// What it shows, in one line.
    pub summary: Option<String>,
    /// Its networks, in the order of the file.
    pub networks: Vec<Network>,
    /// Its nodes: clients, directors, real servers, servers, routers, each in the order of the file.
    pub nodes: Vec<Node>,
    /// Its virtual services, in the order of the file.
    pub services: Vec<VirtualService>,
    /// What makes its directors stand in for each other, where asked for.
    pub high_availability: Option<HighAvailability>,
    /// What is set of its directors' IPVS as a whole, where asked for.
    pub ipvs: Option<IpvsSettings>,
    /// Its proofs, in the order of the file.
    pub scenarios: Vec<Scenario>,
}

impl Lab {
    /// The node of that name.
    pub fn node(&self, name: &NodeName) -> Option<&Node> {
        self.nodes.iter().find(|n| &n.name == name)
    }

    /// The network of that name.
    pub fn network(&self, name: &NetworkName) -> Option<&Network> {
        self.networks.iter().find(|n| &n.name == name)
    }

    /// The virtual service of that name.
    pub fn service(&self, name: &ServiceName) -> Option<&VirtualService> {
        self.services.iter().find(|s| &s.name == name)
    }

    /// The virtual router that has this VIP.
    pub fn router_of(&self, vip: IpAddr) -> Option<&VirtualRouter> {
        self.high_availability.as_ref()?.router_of(vip)
    }

    /// Whether it has a node of this name and role.
    pub fn has_role(&self, name: &NodeName, role: Role) -> bool {
        self.node(name).is_some_and(|node| node.role == role)
    }

    /// The nodes of a role.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |n| n.role == role)
    }

    /// The node that has this address on one of its interfaces.
    pub fn owner_of(&self, address: IpAddr) -> Option<&Node> {
        self.nodes.iter().find(|n| n.addresses().any(|a| a == address))
    }

    /// The name of a node's namespace, `<lab>-<node>`.
    pub fn namespace(&self, node: &NodeName) -> String {
        format!("{}-{}", self.name, node)
    }
}
