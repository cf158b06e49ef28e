use crate::kernel::{
    Change, Changed, Kernel, Linux, Namespace, Observed, StateChange, daemons_directory,
    state_changes,
};
use crate::lab::{Lab, NodeName, Role, VirtualService};
use crate::plan::ServiceKey;
use crate::scenario::{DirectorLook, Look, Seen, Sight, TableLook};
use crate::state::LabDir;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

/// A clock that begins with a stage, and tells the system's times as its own.
pub(super) struct Clock {
    begun: Instant,
    system: SystemTime,
}

impl Clock {
    pub(super) fn begin() -> Self {
        Self { begun: Instant::now(), system: SystemTime::now() }
    }

    pub(super) fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    pub(super) fn at(&self, instant: Instant) -> Duration {
        instant.saturating_duration_since(self.begun)
    }

    /// A time of the system; one before the begin is the begin.
    fn at_system(&self, time: SystemTime) -> Duration {
        time.duration_since(self.system).unwrap_or_default()
    }
}

/// The directors of a lab, seen in the words of its file.
pub(super) struct Directors<'a> {
    pub lab: &'a Lab,
    pub dir: &'a LabDir,
}

impl<'a> Directors<'a> {
    /// Their names.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a NodeName> + use<'a> {
        self.lab.with_role(Role::Director).map(|node| &node.name)
    }

    /// Their namespaces.
    pub(super) fn namespaces(&self) -> Result<Vec<(NodeName, Namespace)>, String> {
        self.open(self.names())
    }

    /// The namespaces of nodes.
    pub(super) fn open<'n>(
        &self,
        nodes: impl IntoIterator<Item = &'n NodeName>,
    ) -> Result<Vec<(NodeName, Namespace)>, String> {
        let open = |name: &NodeName| {
            let known = self.lab.namespace(name);
            let opened = Namespace::named(&known);
            let namespace = opened.map_err(|error| format!("cannot enter `{known}`: {error}"))?;
            Ok((name.clone(), namespace))
        };
        nodes.into_iter().map(open).collect()
    }

    /// Where the daemons of one keep their files.
    pub(super) fn daemons(&self, director: &NodeName) -> PathBuf {
        daemons_directory(self.dir.path(), director)
    }

    /// How they are now.
    pub(super) async fn look(&self, kernel: &mut Linux) -> Result<Look, String> {
        let mut directors = Vec::new();
        for name in self.names() {
            let observed = kernel.observe(name, &[]).await.map_err(|error| error.to_string())?;
            let observed = observed.ok_or_else(|| format!("`{name}` is not there"))?;
            let states = state_changes(&self.daemons(name)).into_iter();
            directors.push(DirectorLook {
                name: name.clone(),
                vips: self.vips(&observed),
                states: states.map(|change| (change.router, change.state)).collect(),
                table: self.table(&observed),
            });
        }
        Ok(Look { directors })
    }

    /// A change in words of the file; none if it is about nothing that the file names.
    pub(super) fn sight(&self, change: Change, clock: &Clock) -> Option<Sight> {
        let seen = match change.what {
            Changed::Holds(address) => Seen::Holds(self.vip(address)?),
            Changed::Lost(address) => Seen::Lost(self.vip(address)?),
            Changed::Weight(key, server, weight) => {
                let service = self.service(key)?;
                Seen::Weight(service.name.clone(), server_name(service, server), weight)
            }
        };
        Some(Sight { at: clock.at(change.at), director: change.director, seen })
    }

    fn vips(&self, observed: &Observed) -> Vec<IpAddr> {
        let moves = |address| self.lab.router_of(address).is_some();
        // A director that serves for the master has a VIP that moves on `lo` too.
        let held = observed
            .addresses
            .iter()
            .filter(|held| held.interface != "lo" || !moves(held.address.addr()));
        held.filter_map(|held| self.vip(held.address.addr())).collect()
    }

    fn vip(&self, address: IpAddr) -> Option<IpAddr> {
        let mut routers = self.lab.high_availability.iter().flat_map(|ha| &ha.routers);
        let is_vip = routers.any(|router| router.has(address))
            || self.lab.services.iter().any(|service| service.vip == address);
        is_vip.then_some(address)
    }

    fn table(&self, observed: &Observed) -> Vec<TableLook> {
        let tables = observed.services.iter().filter_map(|seen| {
            let service = self.service(seen.key)?;
            let entries = seen.destinations.iter().map(|destination| &destination.entry);
            let servers =
                entries.map(|entry| (server_name(service, entry.address), entry.weight)).collect();
            Some(TableLook { service: service.name.clone(), servers })
        });
        tables.collect()
    }

    fn service(&self, key: ServiceKey) -> Option<&'a VirtualService> {
        self.lab.services.iter().find(|service| ServiceKey::from(*service) == key)
    }
}

/// A virtual router's state as a sight.
pub(super) fn state(director: &NodeName, change: StateChange, clock: &Clock) -> Sight {
    let seen = Seen::State(change.router, change.state);
    Sight { at: clock.at_system(change.at), director: director.clone(), seen }
}

/// The real server or sorry server at an address, by its name.
fn server_name(service: &VirtualService, address: SocketAddr) -> String {
    let mut known = service.destinations.iter().chain(&service.sorry_server);
    let found = known.find(|d| SocketAddr::new(d.address, d.port) == address);
    found.map_or_else(|| address.to_string(), |d| d.real_server.to_string())
}
