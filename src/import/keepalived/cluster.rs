use super::configuration::{Configuration, Group, Instance, Sync, VirtualServer};
use crate::import::{Fault, Spot};
use std::net::IpAddr;

/// Directors that belong together.
#[derive(Debug)]
pub struct Cluster<'c> {
    /// The directors' configurations.
    pub directors: &'c [Configuration],
    /// The virtual routers.
    pub routers: Vec<Router<'c>>,
    /// Virtual routers that change state together.
    pub groups: Vec<&'c Group>,
    /// Connection synchronisation.
    pub sync: Option<&'c Sync>,
    /// The virtual services.
    pub services: Vec<Shared<'c>>,
}

/// A virtual router.
#[derive(Debug)]
pub struct Router<'c> {
    /// The directors that take part, as numbers, each with its part in it; the first one says what
    /// all have in common.
    pub members: Vec<(usize, &'c Instance)>,
}

/// A virtual service, and the directors that have it.
#[derive(Debug)]
pub struct Shared<'c> {
    /// The service.
    pub server: &'c VirtualServer,
    /// The directors, as numbers.
    pub directors: Vec<usize>,
}

impl<'c> Router<'c> {
    /// The director of the highest priority, and its part.
    pub fn first(&self) -> (usize, &'c Instance) {
        let mut first = self.members[0];
        for member in &self.members {
            if member.1.priority > first.1.priority {
                first = *member;
            }
        }
        first
    }

    /// What all have in common.
    pub fn common(&self) -> &'c Instance {
        self.members[0].1
    }

    fn is_of(&self, director: usize, instance: &Instance) -> bool {
        let common = self.common();
        let shares = |vip: IpAddr| common.vips.iter().any(|other| other.address.addr() == vip);
        let same = common.name == instance.name
            || instance.vips.iter().any(|vip| shares(vip.address.addr()));
        let is_there = self.members.iter().any(|(member, _)| *member == director);
        common.id == instance.id && same && !is_there
    }
}

/// The cluster of these directors; where they contradict each other, the number of the one that
/// does with the fault.
///
/// # Errors
///
/// What labs can only have once.
pub fn cluster(directors: &[Configuration]) -> Result<Cluster<'_>, Vec<(usize, Fault)>> {
    let mut cluster = Cluster {
        directors,
        routers: Vec::new(),
        groups: Vec::new(),
        sync: None,
        services: Vec::new(),
    };
    let mut faults = Vec::new();
    for (director, configuration) in directors.iter().enumerate() {
        let mut fault = |found: Option<Fault>| faults.extend(found.map(|fault| (director, fault)));
        for instance in &configuration.instances {
            fault(cluster.instance(director, instance));
        }
        for server in &configuration.services {
            fault(cluster.service(director, server));
            cluster.itself(server).into_iter().for_each(|found| fault(Some(found)));
        }
        fault(cluster.sync(configuration));
        for group in &configuration.groups {
            fault(cluster.group(group));
        }
    }
    if faults.is_empty() { Ok(cluster) } else { Err(faults) }
}

impl<'c> Cluster<'c> {
    fn instance(&mut self, director: usize, instance: &'c Instance) -> Option<Fault> {
        let known = self.routers.iter_mut().find(|router| router.is_of(director, instance));
        let Some(router) = known else {
            self.routers.push(Router { members: vec![(director, instance)] });
            return None;
        };
        router.members.push((director, instance));
        let differs = differences(router.common(), instance);
        (!differs.is_empty()).then(|| {
            let name = &instance.name;
            let what = differs.join(", ");
            let message = format!("`{}` differs from the other director's in {what}", name.value);
            let help = "write the same into both files: directors of one virtual router agree";
            Fault::not_yet(name.spot, message, help)
        })
    }

    fn service(&mut self, director: usize, server: &'c VirtualServer) -> Option<Fault> {
        let key = server.service.key;
        let known = self.services.iter_mut().find(|known| known.server.service.key == key);
        let Some(known) = known else {
            self.services.push(Shared { server, directors: vec![director] });
            return None;
        };
        if known.directors.contains(&director) {
            let message = format!("the service {key} is there already");
            return Some(Fault::wrong(key.spot(), message, "keep one of the two"));
        }
        known.directors.push(director);
        (!same(known.server, server)).then(|| {
            let message = format!("the service {key} differs from one director to the next");
            let help = "keep one director's part in both: in a lab a service is the same on all";
            Fault::not_yet(key.spot(), message, help)
        })
    }

    /// A loopback address is each director itself.
    fn itself(&self, server: &VirtualServer) -> Option<Fault> {
        let rips = server.service.servers.iter().map(|server| server.address);
        let mut all = rips.chain(server.sorry.map(|(address, _)| address));
        let own = all.find(|address| address.value.is_loopback())?;
        (self.directors.len() > 1).then(|| {
            let message = format!("`{}` is another server on each director", own.value);
            let help = "give the file of one director alone, or name a real server";
            Fault::not_yet(own.spot, message, help)
        })
    }

    fn group(&mut self, group: &'c Group) -> Option<Fault> {
        let Some(known) = self.groups.iter().find(|known| known.name == group.name) else {
            self.groups.push(group);
            return None;
        };
        (known.members != group.members).then(|| {
            let message = format!("`{}` has other members than before", group.name.value);
            Fault::not_yet(group.name.spot, message, "write the same into both files")
        })
    }

    fn sync(&mut self, configuration: &'c Configuration) -> Option<Fault> {
        let sync = configuration.sync.as_ref()?;
        let known = *self.sync.get_or_insert(sync);
        let differs = (&known.instance, known.id) != (&sync.instance, sync.id);
        differs.then(|| {
            let message = "`lvs_sync_daemon` differs from the other director's";
            let help = "write the same into both files, or take one out";
            Fault::not_yet(Spot { word: 0, ..sync.spot }, message, help)
        })
    }
}

/// What directors of a virtual router must agree on and do not, in keepalived's words.
fn differences(one: &Instance, other: &Instance) -> Vec<&'static str> {
    let vips = |instance: &Instance| {
        let mut vips: Vec<_> = instance.vips.iter().map(|vip| vip.address).collect();
        vips.sort_unstable();
        vips
    };
    let found = [
        ("`version`", one.version != other.version),
        ("`advert_int`", one.advert_interval != other.advert_interval),
        ("`authentication`", one.password != other.password),
        ("`unicast_peer`", one.peers.is_empty() != other.peers.is_empty()),
        ("`virtual_ipaddress`", vips(one) != vips(other)),
        ("what it tracks", one.tracks != other.tracks),
    ];
    found.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what).collect()
}

/// Whether two services are the same, wherever their files say it.
fn same(one: &VirtualServer, other: &VirtualServer) -> bool {
    let placeless = |server: &VirtualServer| {
        let mut server = server.clone();
        server.service.one_packet = server.service.one_packet.map(|_| Spot { line: 0, word: 0 });
        server
    };
    placeless(one) == placeless(other)
}
