use super::super::{
    faults::{Faults, Named},
    suggest, wire,
};
use super::{name, upstream::Asking};
use crate::lab::{Lab, NetworkName, Node, NodeName, Place, Role, RouterName, ServiceName};
use indexmap::{IndexMap, IndexSet};
use std::collections::HashSet;
use std::net::IpAddr;

/// A lab in the making, and what was found wrong with it.
#[derive(Debug)]
pub struct Draft<'f> {
    /// What is built so far.
    pub lab: Lab,
    /// Every name in the file, those of faulty things too.
    pub declared: Declared,
    /// Whom built-in backends are to ask; known when every node and service is built.
    pub upstreams: Vec<Asking>,
    /// What was found wrong.
    pub faults: &'f mut Faults,
}

/// The names that a file gives to things: nobody is told that a thing is unknown because its own
/// entry is faulty.
#[derive(Debug, Default)]
pub struct Declared {
    /// The networks.
    pub networks: IndexSet<String>,
    /// The nodes and the groups of replicas.
    pub nodes: IndexMap<String, Role>,
    /// Those that the file gives to nodes of several roles.
    pub ambiguous: HashSet<String>,
    /// The members of each group of replicas.
    pub groups: IndexMap<String, Vec<NodeName>>,
    /// The virtual services.
    pub services: IndexSet<String>,
    /// The virtual routers.
    pub routers: IndexSet<String>,
    /// The names that cannot be: what they were meant to be may stand elsewhere in the file.
    misnamed: Vec<(Named, String)>,
}

/// What a word that should name nodes turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Lookup {
    /// These nodes: one, or a group's members.
    Nodes(Vec<NodeName>),
    /// A node whose own entry is faulty, or that could be one of two.
    Faulty,
    /// No node of the lab.
    Unknown,
}

impl<'f> Draft<'f> {
    /// A draft with nothing but names.
    pub fn new(topology: &wire::Topology, faults: &'f mut Faults) -> Option<Self> {
        let at = Place::root().key("name");
        // With a bad name a stand-in lets the rest be judged too.
        let name = name::parse(&topology.name, name::LAB, &at, faults);
        let lab = Lab {
            name: name.or_else(|| "lab".parse().ok())?,
            summary: topology.summary.clone(),
            networks: Vec::new(),
            nodes: Vec::new(),
            services: Vec::new(),
            high_availability: None,
            ipvs: None,
            scenarios: Vec::new(),
        };
        Some(Self { lab, declared: Declared::of(topology), upstreams: Vec::new(), faults })
    }

    /// What a word stands for where a node of that role is wanted, or of any role.
    pub fn lookup(&self, word: &str, role: Option<Role>) -> Lookup {
        if self.declared.ambiguous.contains(word) {
            return Lookup::Faulty;
        }
        match self.declared.groups.get(word) {
            Some(members) if members.is_empty() => return Lookup::Faulty,
            Some(members) => return Lookup::Nodes(members.clone()),
            None => {}
        }
        match self.lab.nodes.iter().find(|n| n.name.as_str() == word) {
            Some(node) => Lookup::Nodes(vec![node.name.clone()]),
            None if self.declared.nodes.contains_key(word)
                || self.declared.is_misnamed(Named::Node, word)
                || self.blurred(keys(role)) =>
            {
                Lookup::Faulty
            }
            None => Lookup::Unknown,
        }
    }

    /// Whether one of these keys of the file is in doubt as a whole.
    pub fn blurred(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.faults.blurred(&Place::root().key(key)))
    }

    /// Help for a word that is no node of that role; of any role, if none is given.
    pub fn node_help(&self, word: &str, role: Option<Role>) -> String {
        let fits = |r: &Role| role.is_none_or(|wanted| wanted == *r);
        let names = self.declared.nodes.iter().filter(|(_, r)| fits(r));
        let names = names.map(|(name, _)| name.as_str());
        let noun = role.map_or("nodes".to_owned(), |r| format!("{}s", r.noun()));
        self.node_meant(word).unwrap_or_else(|| suggest::help(word, names, &noun))
    }

    /// What was meant by a word that is a node's address, or has more than a node's name in it.
    fn node_meant(&self, word: &str) -> Option<String> {
        let (first, _) = word.split_once([':', ' ', ';', '/', '@']).unwrap_or((word, ""));
        if let Ok(address) = first.parse::<IpAddr>() {
            let has = |node: &&Node| node.addresses().any(|own| own == address);
            let node = self.lab.nodes.iter().find(has)?;
            return Some(format!("name the node: `{first}` is an address of `{}`", node.name));
        }
        let is_known = |name: &str| self.declared.nodes.contains_key(name);
        if !is_known(first) || first == word {
            return None;
        }
        let words: Vec<_> = word.split([' ', ';']).filter(|name| !name.is_empty()).collect();
        if words.len() > 1 && words.iter().all(|name| is_known(name)) {
            return Some(format!("write `{}`, with commas between", words.join(", ")));
        }
        let port = word.strip_prefix(first).and_then(|rest| rest.strip_prefix(':'));
        let port = port.filter(|port| port.parse::<u16>().is_ok());
        let aside = port.map_or_else(String::new, |port| {
            format!("; a port stands under a key of its own: `port: {port}`")
        });
        Some(format!("write `{first}`{aside}"))
    }
}

/// The keys under which nodes of a role are defined, or of any role.
fn keys(role: Option<Role>) -> &'static [&'static str] {
    match role {
        None => &["clients", "directors", "real_servers", "servers", "routers"],
        Some(Role::Client) => &["clients"],
        Some(Role::Director) => &["directors"],
        // A director can be its own real server.
        Some(Role::RealServer) => &["real_servers", "directors"],
        Some(Role::Server) => &["servers"],
        Some(Role::Router) => &["routers"],
    }
}

impl Declared {
    fn of(topology: &wire::Topology) -> Self {
        let (mut nodes, mut ambiguous) = (IndexMap::new(), HashSet::new());
        let mut declare = |names: Vec<&String>, role| {
            for name in names {
                if nodes.insert(name.clone(), role).is_some() {
                    ambiguous.insert(name.clone());
                }
            }
        };
        declare(topology.clients.0.keys().collect(), Role::Client);
        declare(topology.directors.0.keys().collect(), Role::Director);
        declare(topology.routers.0.keys().collect(), Role::Router);
        declare(topology.real_servers.0.keys().collect(), Role::RealServer);
        declare(topology.servers.0.keys().collect(), Role::Server);
        let mut declared = Self {
            networks: topology.networks.0.keys().cloned().collect(),
            nodes,
            ambiguous,
            groups: IndexMap::new(),
            services: topology.virtual_services.0.keys().cloned().collect(),
            routers: topology
                .high_availability
                .iter()
                .flat_map(|wanted| wanted.virtual_routers.0.keys().cloned())
                .collect(),
            misnamed: Vec::new(),
        };
        declared.misnamed = declared.impossible();
        declared
    }

    /// The names that are none.
    fn impossible(&self) -> Vec<(Named, String)> {
        let networks = self.networks.iter().filter(|name| name.parse::<NetworkName>().is_err());
        let nodes = self.nodes.keys().filter(|name| name.parse::<NodeName>().is_err());
        let services = self.services.iter().filter(|name| name.parse::<ServiceName>().is_err());
        let routers = self.routers.iter().filter(|name| name.parse::<RouterName>().is_err());
        let networks = networks.map(|name| (Named::Network, name));
        let all = networks.chain(nodes.map(|name| (Named::Node, name)));
        let all = all.chain(services.map(|name| (Named::Service, name)));
        let all = all.chain(routers.map(|name| (Named::Router, name)));
        all.map(|(what, name)| (what, name.clone())).collect()
    }

    /// Whether a word is near a name that cannot be, which then is the fault.
    pub fn is_misnamed(&self, what: Named, word: &str) -> bool {
        let names = self.misnamed.iter().filter(|(of, _)| *of == what);
        suggest::did_you_mean(word, names.map(|(_, name)| name.as_str())).is_some()
    }
}
