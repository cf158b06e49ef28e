use crate::import::keepalived::cluster::Cluster;
use crate::import::keepalived::configuration::{Configuration, Instance};
use crate::import::keepalived::instance::OWNER;
use crate::import::keepalived::reading::brief;
use crate::lab::{Family, NodeName};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A director.
pub struct Director {
    /// Its name.
    pub name: String,
    /// An address of each family in the networks behind each of its interfaces, as far as the file
    /// tells them.
    pub interfaces: BTreeMap<String, Vec<IpAddr>>,
    /// The addresses that it is known to have.
    pub own: Vec<IpAddr>,
}

impl Director {
    /// Whether it has an address.
    pub fn has(&self, address: IpAddr) -> bool {
        self.own.contains(&address)
    }
}

/// The directors, called as they call themselves if that makes names.
pub fn directors(configurations: &[Configuration]) -> Vec<Director> {
    let several = configurations.len() > 1;
    let mut directors: Vec<Director> = Vec::new();
    for (number, configuration) in (1..).zip(configurations) {
        let plain = if several { format!("director{number}") } else { "director".to_owned() };
        let fits = |name: &&String| {
            let taken = directors.iter().any(|director| director.name == **name);
            name.parse::<NodeName>().is_ok() && !is_reserved(name) && !taken
        };
        let said = [&configuration.router_id, &configuration.id].into_iter().flatten().find(fits);
        directors.push(Director {
            name: said.cloned().unwrap_or(plain),
            interfaces: interfaces(&configuration.instances),
            own: configuration.instances.iter().flat_map(own).collect(),
        });
    }
    directors
}

/// Who stands in for a lone director: a backup with the address that the file's unicast names.
pub fn partner(lone: &Director, instances: &[Instance]) -> Director {
    let name = if lone.name == "director" { "director2" } else { "director" };
    let peers =
        instances.iter().filter_map(|instance| instance.peers.first().map(|peer| peer.value));
    Director {
        name: name.to_owned(),
        interfaces: lone.interfaces.clone(),
        own: peers.filter(|peer| !lone.has(*peer)).collect(),
    }
}

/// A remark on each director that calls itself something else.
pub fn renamed(cluster: &Cluster<'_>, directors: &[Director]) -> Vec<String> {
    let said = cluster.directors.iter().map(|configuration| configuration.router_id.as_ref());
    let pairs = said.zip(directors).filter_map(|(said, director)| Some((said?, &director.name)));
    let other = pairs.filter(|(said, name)| said != name);
    let note = |(said, name): (&String, &String)| {
        let said = brief(said);
        format!("keepalived's `router_id {said}` is no name of a node: it is called `{name}`")
    };
    other.map(note).collect()
}

/// A remark on each director whose file has lines for one id only.
pub fn identified(cluster: &Cluster<'_>, directors: &[Director]) -> Vec<String> {
    let pairs = cluster.directors.iter().zip(directors);
    let note = |(configuration, director): (&Configuration, &Director)| {
        let id = brief(configuration.id.as_ref()?);
        let name = &director.name;
        Some(format!("`{name}` is what `keepalived -i {id}` reads of the lines with `@`"))
    };
    pairs.filter_map(note).collect()
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
    instance.source.map(|source| source.value).into_iter().chain(owned).collect()
}

/// The first address of each family that the file tells of an interface: what an instance says of
/// itself and its peers before its VIPs.
fn interfaces(instances: &[Instance]) -> BTreeMap<String, Vec<IpAddr>> {
    let mut known: BTreeMap<String, Vec<IpAddr>> = BTreeMap::new();
    let mut tell = |interface: Option<&String>, address: IpAddr| {
        let Some(interface) = interface else { return };
        let told = known.entry(interface.clone()).or_default();
        if told.iter().all(|other| Family::of(*other) != Family::of(address)) {
            told.push(address);
        }
    };
    for instance in instances {
        let said = instance.source.iter().chain(&instance.peers);
        said.for_each(|said| tell(instance.interface.as_ref(), said.value));
        for vip in instance.vips.iter().chain(&instance.excluded) {
            tell(vip.interface.as_ref().or(instance.interface.as_ref()), vip.address.addr());
        }
    }
    known
}
