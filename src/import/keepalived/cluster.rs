use super::configuration::{Configuration, Group, Instance, Sync, VirtualServer};
use super::differences;
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
        let shared = instance.vips.iter().any(|vip| shares(vip.address.addr()));
        let (named, numbered) = (common.name == instance.name, common.id == instance.id);
        let is_there = self.members.iter().any(|(member, _)| *member == director);
        let same = [named, numbered, shared].into_iter().filter(|same| *same).count() >= 2;
        same && !is_there
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
        let differs = differences::of_instances(router.common(), instance);
        router.members.push((director, instance));
        (!differs.is_empty()).then(|| {
            let (name, what) = (&instance.name, differs.join("; "));
            let message = format!("`{}` differs from the other director's: {what}", name.value);
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
        known.directors.push(director);
        let differs = differences::of_services(known.server, server);
        (!differs.is_empty()).then(|| {
            let what = differs.join("; ");
            let message = format!("the service {key} differs from the other director's: {what}");
            let help = "keep one director's part in both: in a lab a service is the same on all";
            Fault::not_yet(key.spot(), message, help)
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
