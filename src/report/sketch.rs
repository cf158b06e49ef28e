use crate::lab::{Lab, Node, Role};
use serde::{Deserialize, Serialize};

/// Who is plugged into what: enough of a lab to draw it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch {
    /// Its networks, in the order of the file: name and subnet.
    pub networks: Vec<(String, String)>,
    /// Its nodes.
    pub nodes: Vec<SketchNode>,
}

/// A node of a sketch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SketchNode {
    /// Its name.
    pub name: String,
    /// What it is, in words.
    pub role: String,
    /// Its addresses: the network's name and the address.
    pub addresses: Vec<(String, String)>,
}

impl Sketch {
    /// Of a lab: clients first, those who serve last.
    pub fn of(lab: &Lab) -> Self {
        let networks = lab.networks.iter();
        let networks = networks.map(|net| (net.name.to_string(), net.subnet.to_string()));
        let roles = [Role::Client, Role::Router, Role::Director, Role::RealServer, Role::Server];
        let nodes = roles.into_iter().flat_map(|role| lab.with_role(role)).map(node);
        Self { networks: networks.collect(), nodes: nodes.collect() }
    }
}

fn node(node: &Node) -> SketchNode {
    let plugged = node.interfaces.iter();
    let plugged = plugged.map(|i| (i.network.to_string(), i.address.addr().to_string()));
    let (name, role) = (node.name.to_string(), node.role.noun().to_owned());
    SketchNode { name, role, addresses: plugged.collect() }
}
