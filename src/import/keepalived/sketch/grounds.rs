use crate::import::keepalived::cluster::Cluster;
use crate::import::keepalived::configuration::{Configuration, Instance};
use crate::import::sketch::{Free, around, networks, node};
use crate::lab::NodeName;
use indexmap::IndexMap;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::IpAddr;

/// The priority of the owner of the VIPs.
const OWNER: i64 = 255;

/// What stands around the services: networks and nodes.
pub struct Grounds {
    /// The networks with their names, that of the first VIP first.
    pub networks: IndexMap<IpNet, String>,
    /// The directors.
    pub directors: Vec<Director>,
    /// The real servers' addresses with their names.
    pub servers: IndexMap<IpAddr, String>,
    /// What was guessed or left out.
    pub notes: Vec<String>,
    /// The VIPs of services.
    served: Vec<IpAddr>,
    /// Every address of the files.
    taken: BTreeSet<IpAddr>,
    routed: bool,
}

/// A director.
pub struct Director {
    /// Its name.
    pub name: String,
    /// The networks behind its interfaces, as far as addresses tell them.
    interfaces: BTreeMap<String, IpNet>,
    /// The addresses that it is known to have.
    own: Vec<IpAddr>,
}

impl Grounds {
    /// The grounds of a cluster.
    pub fn of(cluster: &Cluster<'_>) -> Self {
        let directors = directors(cluster.directors);
        let own: BTreeSet<_> = directors.iter().flat_map(|d| d.own.iter().copied()).collect();
        let vips = vips(cluster);
        let all = rips(cluster);
        let rips: Vec<_> =
            all.into_iter().filter(|rip| !rip.is_loopback() && !own.contains(rip)).collect();
        let outer: Vec<_> = vips.iter().chain(&own).copied().collect();
        let mut servers = IndexMap::new();
        for rip in &rips {
            let name = format!("rs{}", servers.len() + 1);
            servers.entry(*rip).or_insert(name);
        }
        let networks = networks(&outer, &rips);
        let mut methods = cluster.services.iter().flat_map(|s| &s.server.service.servers);
        let routed = networks.len() > 1 && methods.any(|server| server.forwarding.keeps_vip());
        let peers = cluster.routers.iter().flat_map(|router| &router.common().peers);
        let taken = outer.into_iter().chain(rips).chain(peers.copied()).collect();
        let mut notes = renamed(cluster, &directors);
        notes.extend(lonely(cluster));
        Self { networks, directors, servers, notes, served: served(cluster), taken, routed }
    }

    /// The networks of the services' VIPs, where clients are.
    fn outer(&self) -> Vec<(&IpNet, &String)> {
        let has_vip = |net: &IpNet| self.served.iter().any(|vip| net.contains(vip));
        let outer: Vec<_> = self.networks.iter().filter(|(net, _)| has_vip(net)).collect();
        if outer.is_empty() { self.networks.iter().take(1).collect() } else { outer }
    }

    /// Whether replies need a router: those of DR and TUN never pass the director.
    pub fn is_routed(&self) -> bool {
        self.routed
    }

    /// The name of the network that has an address.
    pub fn network(&self, address: IpAddr) -> Option<&str> {
        self.networks.get(&around(address)).map(String::as_str)
    }

    /// The name of the network behind a director's interface.
    pub fn behind(&self, director: usize, interface: &str) -> Option<&str> {
        let net = self.directors.get(director)?.interfaces.get(interface)?;
        self.networks.get(net).map(String::as_str)
    }

    /// The node that has a real server's address; a loopback address means the director itself.
    pub fn server(&self, rip: IpAddr) -> Option<&str> {
        let mut directors = self.directors.iter();
        let itself = directors.find(|d| rip.is_loopback() || d.own.contains(&rip));
        let itself = itself.map(|director| director.name.as_str());
        itself.or_else(|| self.servers.get(&rip).map(String::as_str))
    }

    /// The networks and nodes as a file has them.
    pub fn nodes(&self) -> String {
        let mut free = Free { taken: self.taken.clone() };
        let all: Vec<_> = self.networks.iter().collect();
        let entries = self.networks.iter().map(|(net, name)| format!("  {name}: {net}\n"));
        let mut text = format!("\nnetworks:\n{}", entries.collect::<String>());
        if self.routed {
            let router = node("router", &free.addresses(&all, Free::first));
            let _ = write!(text, "\nrouters:\n{router}");
        }
        text += "\ndirectors:\n";
        for director in &self.directors {
            let own = |free: &Free, net: &IpNet| {
                let own = director.own.iter().find(|own| net.contains(*own));
                own.copied().or_else(|| free.last(net))
            };
            text += &node(&director.name, &free.addresses(&all, own));
        }
        let client = free.addresses(&self.outer(), Free::last);
        let _ = write!(text, "\nclients:\n{}", node("client", &client));
        if !self.servers.is_empty() {
            text += "\nreal_servers:\n";
        }
        for (rip, name) in &self.servers {
            if let Some(network) = self.network(*rip) {
                text += &node(name, &[format!("{network}: {rip}")]);
            }
        }
        text
    }
}

fn served(cluster: &Cluster<'_>) -> Vec<IpAddr> {
    cluster.services.iter().filter_map(|shared| shared.server.service.key.vip()).collect()
}

fn vips(cluster: &Cluster<'_>) -> Vec<IpAddr> {
    let held = cluster.routers.iter().flat_map(|router| &router.common().vips);
    let held = held.map(|vip| vip.address.addr());
    held.chain(served(cluster)).collect()
}

fn rips(cluster: &Cluster<'_>) -> Vec<IpAddr> {
    let services = cluster.services.iter().map(|shared| shared.server);
    let all = services.flat_map(|server| {
        let rips = server.service.servers.iter().map(|server| server.address.value);
        rips.chain(server.sorry.map(|(sorry, _)| sorry.value))
    });
    all.collect()
}

/// The directors, called as they call themselves if that makes names.
fn directors(configurations: &[Configuration]) -> Vec<Director> {
    let several = configurations.len() > 1;
    let mut directors: Vec<Director> = Vec::new();
    for (number, configuration) in (1..).zip(configurations) {
        let plain = if several { format!("director{number}") } else { "director".to_owned() };
        let said = configuration.router_id.clone().filter(|name| {
            let taken = directors.iter().any(|director| director.name == *name);
            name.parse::<NodeName>().is_ok() && !is_reserved(name) && !taken
        });
        let instances = &configuration.instances;
        directors.push(Director {
            name: said.unwrap_or(plain),
            interfaces: interfaces(instances),
            own: instances.iter().flat_map(own).collect(),
        });
    }
    directors
}

/// A remark on each director that calls itself something else.
fn renamed(cluster: &Cluster<'_>, directors: &[Director]) -> Vec<String> {
    let said = cluster.directors.iter().map(|configuration| configuration.router_id.as_ref());
    let pairs = said.zip(directors).filter_map(|(said, director)| Some((said?, &director.name)));
    let other = pairs.filter(|(said, name)| said != name);
    let note = |(said, name): (&String, &String)| {
        let said: String = said.chars().filter(|c| !c.is_control()).collect();
        format!("keepalived's `router_id {said}` is no name of a node: it is called `{name}`")
    };
    other.map(note).collect()
}

/// What another node is called, or what is no plain word of YAML.
fn is_reserved(name: &str) -> bool {
    let names = ["client", "router", NodeName::SWITCH];
    let numbered = name.strip_prefix("rs").or(name.strip_prefix("director")).unwrap_or(name);
    let digits = numbered.chars().all(|c| c.is_ascii_digit());
    names.contains(&name) || digits || !is_plain(name)
}

/// Whether a word is a text in YAML without quotes.
pub fn is_plain(word: &str) -> bool {
    let special = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let begins = word.starts_with(|c: char| c.is_ascii_alphabetic());
    begins && !special.contains(&word.to_ascii_lowercase().as_str())
}

/// The addresses that a director has by what it says; the owner has the VIPs.
fn own(instance: &Instance) -> Vec<IpAddr> {
    let vips = instance.vips.iter().map(|vip| vip.address.addr());
    let owned = vips.filter(|_| instance.priority == OWNER);
    instance.source.into_iter().chain(owned).collect()
}

fn interfaces(instances: &[Instance]) -> BTreeMap<String, IpNet> {
    let mut known = BTreeMap::new();
    for instance in instances {
        let vips = || instance.vips.iter();
        let mut plain =
            vips().filter(|v| v.interface.is_none() || v.interface == instance.interface);
        let peer = instance.peers.first().copied();
        let address = instance.source.or(peer).or_else(|| Some(plain.next()?.address.addr()));
        if let Some((interface, address)) = instance.interface.clone().zip(address) {
            known.entry(interface).or_insert(around(address));
        }
        for vip in vips() {
            if let Some(interface) = vip.interface.clone() {
                known.entry(interface).or_insert(around(vip.address.addr()));
            }
        }
    }
    known
}

/// A remark on the second director, if there is none.
fn lonely(cluster: &Cluster<'_>) -> Option<String> {
    let lone = cluster.directors.len() == 1 && !cluster.routers.is_empty();
    let note = "a second director is missing: give its file too, `--from-keepalived FILE FILE`";
    lone.then(|| note.to_owned())
}
