use super::clients::far;
use super::free::{Free, is_host, named, nets, usual};
use crate::import::director::{Director, Held};
use crate::import::{Key, Server};
use crate::lab::{Family, ForwardingMethod};
use indexmap::{IndexMap, IndexSet};
use ipnet::IpNet;
use std::net::IpAddr;

/// The port of a service by its mark, where nothing tells another one.
const MARKED: i64 = 80;

/// Where the VIP of a mark is guessed to be, if no address of the file is near: networks of
/// documentation (RFC 5737, RFC 3849), which nobody has.
const NOWHERE: [&str; 3] = ["198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24"];
const NOWHERE6: [&str; 2] = ["2001:db8:100::/64", "2001:db8:200::/64"];

/// What stands around the services: networks and nodes.
pub struct Grounds {
    /// The networks with their names, that of the first VIP first.
    pub networks: IndexMap<IpNet, String>,
    /// Networks that the director is not plugged into, with their names.
    pub back: IndexMap<IpNet, String>,
    /// Networks of clients that come from elsewhere, with their names.
    pub far: IndexMap<IpNet, String>,
    /// The nodes that serve.
    pub servers: IndexMap<Place, Node>,
    /// What packets of each service are for.
    pub goals: Vec<Goal>,
    /// Whether replies need a router: those of DR and TUN never pass the director.
    pub routed: bool,
    /// What was guessed.
    pub notes: Vec<String>,
    /// Every address that is taken.
    pub free: Free,
    /// Those of them that the file says.
    said: Vec<IpAddr>,
    /// The networks of the addresses that the file says.
    known: Vec<IpNet>,
}

/// The nodes of a network that no file names: the director, a client and a router.
const UNNAMED: usize = 3;

/// Which server of a virtual service: its address, and how many of the same node stand before it
/// there.
pub type Place = (IpAddr, usize);

/// A node that serves.
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its address.
    pub address: IpAddr,
    /// The families of VIPs that it answers for and has no address of.
    pub more: Vec<Family>,
}

/// What packets of a service are for.
#[derive(Clone, Copy)]
pub struct Goal {
    /// The VIP.
    pub vip: IpAddr,
    /// The port.
    pub port: i64,
}

impl Grounds {
    /// The grounds of a director.
    pub fn of(director: &Director) -> Self {
        let names = director.table().names();
        let services = &director.services;
        let vips: Vec<_> = services.iter().filter_map(|held| held.service.key.vip()).collect();
        let places = || services.iter().flat_map(|held| servers(held, &vips));
        let rips = places().map(|(address, _)| address);
        let rips: Vec<_> = rips.filter(|address| !is_own(*address, &vips)).collect();
        let said: Vec<_> = vips.iter().chain(&rips).copied().collect();
        let marks = services.len() - vips.len();
        let doubles = places().filter(|(_, number)| *number > 0).count();
        let mut grounds = Self {
            networks: IndexMap::new(),
            servers: IndexMap::new(),
            goals: Vec::new(),
            routed: false,
            back: IndexMap::new(),
            far: IndexMap::new(),
            notes: Vec::new(),
            free: Free { taken: said.iter().copied().collect() },
            known: nets(&said, UNNAMED + marks + doubles),
            said,
        };
        for (held, name) in services.iter().zip(&names) {
            let goal = grounds.goal(held, &vips, name);
            grounds.goals.push(goal);
        }
        grounds.networks = grounds.networks(&rips);
        for ((held, name), goal) in services.iter().zip(&names).zip(grounds.goals.clone()) {
            grounds.farm(held, name, goal.vip);
        }
        grounds.ways_back();
        grounds.far = far(&grounds, services);
        let keeps = |held: &Held| held.service.servers.iter().any(|s| s.forwarding.keeps_vip());
        let apart = grounds.networks.len() > 1 && services.iter().any(keeps);
        grounds.routed = apart || !grounds.far.is_empty();
        grounds
    }

    /// The networks, that of the first VIP first.
    fn networks(&self, rips: &[IpAddr]) -> IndexMap<IpNet, String> {
        let vips = self.vips();
        let all: IndexSet<_> = vips.iter().chain(rips).map(|address| self.net(*address)).collect();
        named(all.into_iter().collect())
    }

    /// The network of an address; of a guess in a network that no address of the file is in it is
    /// a usual one.
    fn net(&self, address: IpAddr) -> IpNet {
        let known = self.known.iter().copied().find(|net| net.contains(&address));
        known.unwrap_or_else(|| usual(address))
    }

    /// The VIP and the port of a service; of a mark they are guesses.
    fn goal(&mut self, held: &Held, vips: &[IpAddr], name: &str) -> Goal {
        let family = match held.service.key {
            Key::Address { vip, port, .. } => return Goal { vip: vip.value, port: port.value },
            Key::Mark { family, .. } => family,
        };
        let port = held.port.unwrap_or(MARKED);
        let vip = self.free_near(held, family, vips);
        self.free.taken.insert(vip);
        self.notes.push(format!(
            "nothing tells what is marked for `{name}`: its VIP {vip} and its port {port} are guesses"
        ));
        Goal { vip, port }
    }

    /// An address in the network of another VIP; with DR in the network of its real servers, which
    /// the director shares with them.
    fn free_near(&self, held: &Held, family: Family, vips: &[IpAddr]) -> IpAddr {
        let of = |address: &IpAddr| Family::of(*address) == family && is_host(*address);
        let direct = |server: &&Server| server.forwarding == ForwardingMethod::Dr;
        let servers = held.service.servers.iter().filter(direct);
        let rips = servers.map(|server| server.address.value);
        let near = vips.iter().copied().chain(rips).filter(of).map(|address| self.net(address));
        let mut found =
            near.chain(self.unused(family)).filter_map(|net| self.free.guessed_vip(&net));
        found.next().unwrap_or(match family {
            Family::Inet => IpAddr::from([198, 51, 100, 100]),
            Family::Inet6 => IpAddr::from([0x2001, 0xdb8, 0x100, 0, 0, 0, 0, 0x100]),
        })
    }

    /// The nodes of a service, which has this VIP. A node stands once in a service, so an address
    /// of several ports is several nodes.
    fn farm(&mut self, held: &Held, name: &str, vip: IpAddr) {
        let vips = self.vips();
        for place in servers(held, &vips) {
            if is_itself(place, &vips) {
                self.itself(place.0);
                continue;
            }
            if !self.servers.contains_key(&place) {
                self.join(place, name, vip);
            }
            let family = Family::of(vip);
            if let Some(node) = self.servers.get_mut(&place)
                && family != Family::of(place.0)
                && !node.more.contains(&family)
            {
                node.more.push(family);
            }
        }
    }

    /// A VIP as a real server is the director, which has an address of its own in a lab.
    fn itself(&mut self, address: IpAddr) {
        let note = format!("{address} is a VIP, and as a real server it is the director itself");
        if !address.is_loopback() && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn join(&mut self, place: Place, service: &str, vip: IpAddr) {
        let (rip, number) = place;
        let beside = if rip.is_loopback() { vip } else { rip };
        let address = if number == 0 { Some(rip) } else { self.free.last(&self.net(beside)) };
        let Some(address) = address else { return };
        let name = format!("rs{}", self.servers.len() + 1);
        if self.free.taken.insert(address) {
            let what = match is_own(rip, &self.vips()) {
                true => format!("{rip} is the director itself, as another server of"),
                false => format!("{rip} stands more than once in"),
            };
            self.notes.push(format!(
                "{what} `{service}`, and a node has one port in a service: `{name}` with the \
                 address {address} stands in for it"
            ));
        }
        self.servers.insert(place, Node { name, address, more: Vec::new() });
    }

    fn vips(&self) -> Vec<IpAddr> {
        self.goals.iter().map(|goal| goal.vip).collect()
    }

    /// The networks by which real servers answer clients of the family that they have no address of:
    /// past the director, who would else reach them there.
    fn ways_back(&mut self) {
        for family in Family::ALL {
            if self.servers.values().any(|node| node.more.contains(&family)) {
                let net = self.unused(family).next();
                let name = if family == Family::Inet { "back" } else { "back6" };
                self.back.extend(net.map(|net| (net, name.to_owned())));
            }
        }
    }

    /// Networks of documentation that no address of the file is in.
    pub fn unused(&self, family: Family) -> impl Iterator<Item = IpNet> + use<> {
        let nowhere: &[&str] = match family {
            Family::Inet => &NOWHERE,
            Family::Inet6 => &NOWHERE6,
        };
        let (taken, known) = (self.free.taken.clone(), self.known.clone());
        let all = nowhere.iter().filter_map(|net| net.parse::<IpNet>().ok());
        let is_free = move |net: &IpNet| {
            !taken.iter().any(|address| net.contains(address))
                && !known.iter().any(|known| known.contains(net))
        };
        all.filter(is_free)
    }

    /// The node that a server of a service is; a loopback address or a VIP means the director.
    pub fn server(&self, place: Place) -> Option<&str> {
        if is_itself(place, &self.vips()) {
            return Some("director");
        }
        self.servers.get(&place).map(|node| node.name.as_str())
    }

    /// The addresses that no word of the file says.
    pub fn guessed(&self) -> impl Iterator<Item = IpAddr> {
        self.free.taken.iter().copied().filter(|address| !self.said.contains(address))
    }

    /// The servers of a service, its sorry server last.
    pub fn places(&self, held: &Held) -> Vec<Place> {
        servers(held, &self.vips())
    }
}

/// Whether an address is the director's own.
fn is_own(address: IpAddr, vips: &[IpAddr]) -> bool {
    address.is_loopback() || vips.contains(&address)
}

/// Whether a server is the director, which stands once in a service as each node does.
fn is_itself((address, number): Place, vips: &[IpAddr]) -> bool {
    number == 0 && is_own(address, vips)
}

/// The servers of a virtual service, its sorry server last. All addresses of the director are one.
fn servers(held: &Held, vips: &[IpAddr]) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    let sorry = held.sorry.map(|sorry| sorry.address.value);
    let rips = held.service.servers.iter().map(|server| server.address.value);
    for address in rips {
        let own = is_own(address, vips);
        let is_same = |known: IpAddr| known == address || own && is_own(known, vips);
        let before = found.iter().filter(|(known, _)| is_same(*known)).count();
        found.push((address, before));
    }
    // It serves alone, so that it may be one of them.
    found.extend(sorry.map(|address| (address, 0)));
    found
}
