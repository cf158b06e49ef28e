use super::addresses::{addresses, known, vips};
use super::directors::{Director, directors, identified, partner, renamed};
use super::farm::{Node, Server, farm, is_itself, moved, servers};
use super::page::Page;
use super::subnets::{Taken, subnets};
use crate::import::Key;
use crate::import::keepalived::cluster::{Cluster, Shared};
use crate::import::keepalived::named::named as named_in;
use crate::import::page;
use crate::import::sketch::{named, node, silent};
use crate::lab::{Family, ForwardingMethod};
use indexmap::IndexMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// Where a client may be that has to come from elsewhere.
const FAR: [&str; 3] = ["203.0.113.0/24", "198.51.100.0/24", "10.203.113.0/24"];
/// The same in IPv6.
const FAR6: [&str; 2] = ["fd00:203:113::/64", "fd00:198:51::/64"];

/// What stands around the services: networks and nodes.
pub struct Grounds {
    /// The networks with their names, that of the first VIP first.
    pub networks: IndexMap<IpNet, String>,
    /// The directors, and behind them a guessed one where a lone one needs it.
    pub directors: Vec<Director>,
    /// Whether the last director is a guess.
    pub has_partner: bool,
    /// The nodes that serve.
    pub servers: IndexMap<Server, Node>,
    /// What was guessed or left out.
    pub notes: Vec<String>,
    /// The VIP of each virtual service, in their order.
    pub vips: Vec<IpAddr>,
    /// The networks of clients that come from elsewhere.
    far: IndexMap<IpNet, String>,
    /// Every address of the files.
    taken: Taken,
    routed: bool,
}

impl Grounds {
    /// The grounds of a cluster.
    pub fn of(cluster: &Cluster<'_>) -> Self {
        let mut all = directors(cluster.directors);
        let mut notes = renamed(cluster, &all);
        notes.extend(identified(cluster, &all));
        let has_partner = is_lone_router(cluster);
        if has_partner {
            all.push(partner(&all[0], &cluster.directors[0].instances));
        }
        notes.extend(lonely(&all, has_partner));
        let servers = farm(cluster, &all);
        let nets = subnets(&addresses(cluster, &all, &servers), all.len() + 3);
        let mut taken = Taken(known(cluster, &all, &servers).collect());
        let vips = vips(cluster, &nets, &mut taken);
        let mut grounds = Self {
            networks: IndexMap::new(),
            directors: all,
            has_partner,
            servers,
            notes,
            vips,
            far: IndexMap::new(),
            taken,
            routed: false,
        };
        grounds.place(cluster, nets);
        grounds
    }

    fn place(&mut self, cluster: &Cluster<'_>, nets: Vec<IpNet>) {
        self.networks = named(nets);
        self.far = self.far(cluster);
        let mut methods = cluster.services.iter().flat_map(|s| &s.server.service.servers);
        let direct = methods.any(|server| server.forwarding.keeps_vip());
        self.routed = (self.networks.len() > 1 && direct) || !self.far.is_empty();
        for node in self.servers.values_mut().filter(|node| node.address.is_none()) {
            let net = self.networks.keys().find(|net| net.contains(&node.beside)).copied();
            node.address = net.and_then(|net| self.taken.last(net));
        }
        self.answering(cluster);
        let moved: Vec<_> = self.servers.iter().filter_map(moved).collect();
        self.notes.extend(moved);
    }

    /// A real server of TUN whose VIP is of the other family answers with it: it stands in a network
    /// of that family too.
    fn answering(&mut self, cluster: &Cluster<'_>) {
        for (shared, vip) in cluster.services.iter().zip(&self.vips) {
            for server in servers(shared.server) {
                let node = self.servers.get_mut(&server);
                let Some(node) = node.filter(|_| server.0.is_ipv4() != vip.is_ipv4()) else {
                    continue;
                };
                node.other = Some(*vip);
                self.notes.push(format!(
                    "`{}` has an address of its own beside {vip}: its replies are of that family",
                    node.name
                ));
            }
        }
    }

    /// The networks of clients where real servers of NAT share a network of VIPs: replies to a
    /// client there would go past the director.
    fn far(&self, cluster: &Cluster<'_>) -> IndexMap<IpNet, String> {
        let mut far = IndexMap::new();
        let near = self.outer().into_iter().filter(|net| has_nat(cluster, net));
        for ipv4 in near.map(|net| net.addr().is_ipv4()) {
            let guesses: &[&str] = if ipv4 { &FAR } else { &FAR6 };
            let mut nets = guesses.iter().filter_map(|net| net.parse::<IpNet>().ok());
            let overlaps = |net: &IpNet| {
                self.networks.keys().any(|known| known.contains(net) || net.contains(known))
            };
            let name = if ipv4 { "clients" } else { "clients6" };
            far.extend(nets.find(|net| !overlaps(net)).map(|net| (net, name.to_owned())));
        }
        far
    }

    /// The networks that a client is in: those of the VIPs, of families without one elsewhere.
    fn clients(&self) -> Vec<IpNet> {
        let is_near =
            |net: &IpNet| !self.far.keys().any(|far| far.addr().is_ipv4() == net.addr().is_ipv4());
        let near = self.outer().into_iter().filter(is_near);
        self.far.keys().copied().chain(near).collect()
    }

    /// The networks of the services' VIPs, where clients are.
    fn outer(&self) -> Vec<IpNet> {
        let has_vip = |net: &&IpNet| self.vips.iter().any(|vip| net.contains(vip));
        let outer: Vec<_> = self.networks.keys().filter(has_vip).copied().collect();
        if outer.is_empty() { self.networks.keys().take(1).copied().collect() } else { outer }
    }

    /// Whether replies need a router: those of DR and TUN never pass the director.
    pub fn is_routed(&self) -> bool {
        self.routed
    }

    /// The name of the network that has an address.
    pub fn network(&self, address: IpAddr) -> Option<&str> {
        let mut networks = self.networks.iter();
        networks.find(|(net, _)| net.contains(&address)).map(|(_, name)| name.as_str())
    }

    /// The name of the network behind a director's interface: the first one, or that of a family.
    pub fn behind(&self, director: usize, interface: &str, family: Option<Family>) -> Option<&str> {
        let told = self.directors.get(director)?.interfaces.get(interface)?;
        let fits = |address: &&IpAddr| family.is_none_or(|family| Family::of(**address) == family);
        self.network(*told.iter().find(fits)?)
    }

    /// The node that a real server is; a director that serves itself too.
    pub fn server(&self, (address, number): Server) -> Option<&str> {
        let itself = (number == 0 && is_itself(address, &self.directors))
            .then(|| self.directors.iter().find(|d| address.is_loopback() || d.has(address)));
        let itself = itself.flatten().map(|director| director.name.as_str());
        itself.or_else(|| self.servers.get(&(address, number)).map(|node| node.name.as_str()))
    }

    /// The network of a real server's RIP, where it stands in another one too.
    pub fn chosen(&self, server: Server) -> Option<String> {
        let node = self.servers.get(&server)?;
        node.other.and_then(|_| self.network(node.address?)).map(str::to_owned)
    }

    /// What the networks are called, which no file of keepalived says.
    pub fn network_names(&self) -> Vec<String> {
        self.far.values().chain(self.networks.values()).cloned().collect()
    }

    /// The networks and nodes as a file has them.
    pub fn nodes(&self, cluster: &Cluster<'_>, page: &mut Page) {
        let mut taken = self.taken.clone();
        page.line("\nnetworks:");
        for (net, name) in self.far.iter().chain(&self.networks) {
            says(cluster, 0, &|address| net.contains(&address), page);
            page.line(format!("  {name}: {net}"));
        }
        page.unsaid();
        if self.routed {
            let all: Vec<_> = self.far.iter().chain(&self.networks).collect();
            let chosen = all.iter().filter_map(|(net, name)| Some((name, taken.first(**net)?)));
            let chosen: Vec<_> = chosen.map(|(name, own)| address(name, own)).collect();
            page.line(format!("\nrouters:\n{}", node("router", &chosen).trim_end()));
        }
        page.line("\ndirectors:");
        for (number, director) in self.directors.iter().enumerate() {
            says(cluster, number, &|address| director.has(address), page);
            page.line(self.director(director, &mut taken));
        }
        page.unsaid();
        let chosen = self.clients();
        let chosen = chosen.iter().filter_map(|net| {
            let name = self.far.get(net).or_else(|| self.networks.get(net))?;
            Some(address(name, taken.last(*net)?))
        });
        let chosen: Vec<_> = chosen.collect();
        page.line(format!("\nclients:\n{}", node("client", &chosen).trim_end()));
        if !self.servers.is_empty() {
            page.line("\nreal_servers:");
        }
        for ((said, _), server) in &self.servers {
            says(cluster, 0, &|address| address == *said, page);
            let mut own: Vec<_> = server.address.into_iter().collect();
            own.extend(
                server.other.and_then(|vip| {
                    taken.last(*self.networks.keys().find(|net| net.contains(&vip))?)
                }),
            );
            let own = own.into_iter().filter_map(|own| Some(address(self.network(own)?, own)));
            page.line(node(&server.name, &own.collect::<Vec<_>>()).trim_end());
        }
        page.unsaid();
    }

    /// A director: its own addresses, and guessed ones in the other networks. Where real servers of
    /// NAT share a network with their VIP, it tells them of no shorter way.
    fn director(&self, director: &Director, taken: &mut Taken) -> String {
        let own = |net: &IpNet, taken: &mut Taken| {
            let own = director.own.iter().find(|own| net.contains(*own));
            own.copied().or_else(|| taken.last(*net))
        };
        let mut chosen = Vec::new();
        for (net, name) in &self.networks {
            chosen.extend(own(net, taken).map(|own| address(name, own)));
        }
        let write = if self.far.is_empty() { node } else { silent };
        write(&director.name, &chosen).trim_end().to_owned()
    }
}

/// That the next lines come of the first address of this kind, if a file says one: that of the
/// director with this number before others.
fn says(cluster: &Cluster<'_>, number: usize, is_one: &dyn Fn(IpAddr) -> bool, page: &mut Page) {
    page.unsaid();
    let mut all: Vec<_> = cluster.directors.iter().enumerate().collect();
    all.sort_by_key(|(director, _)| *director != number);
    let mut all = all
        .into_iter()
        .flat_map(|(director, own)| named_in(own).into_iter().map(move |n| (director, n)));
    if let Some((director, found)) = all.find(|(_, found)| is_one(found.address.value)) {
        page.said(director, found.address.spot);
    }
}

fn address(network: &str, address: IpAddr) -> String {
    format!("{network}: {}", page::address(address))
}

/// Whether a network has a real server of NAT.
fn has_nat(cluster: &Cluster<'_>, net: &IpNet) -> bool {
    let mut servers = cluster.services.iter().flat_map(|s| &s.server.service.servers);
    servers.any(|server| {
        server.forwarding == ForwardingMethod::Nat && net.contains(&server.address.value)
    })
}

/// Whether there is one director that shares VIPs: it does so with another one.
fn is_lone_router(cluster: &Cluster<'_>) -> bool {
    cluster.directors.len() == 1 && !cluster.routers.is_empty()
}

/// A remark on the second director, if it is a guess.
fn lonely(directors: &[Director], guessed: bool) -> Option<String> {
    let last = directors.last().filter(|_| guessed)?;
    Some(format!(
        "a second director is missing, and `{}` is a guess: give its file too, \
         `--from-keepalived FILE FILE`",
        last.name
    ))
}

/// Whether a service is known by a firewall mark.
pub fn mark(shared: &Shared<'_>) -> Option<i64> {
    match shared.server.service.key {
        Key::Address { .. } => None,
        Key::Mark { mark, .. } => Some(mark.value),
    }
}
