use crate::kernel::{
    Health, HealthChange, Observed, SyncDaemon, SyncRole, daemons_directory, health_changes,
    state_changes,
};
use crate::lab::{Destination, Lab, Member, NodeName, VirtualRouter, VirtualService, VrrpState};
use crate::plan::{DestinationEntry, Op, Plan, ServiceEntry};
use crate::state::LabDir;
use serde::Serialize;
use std::path::PathBuf;

/// A director's part in keeping the lab available.
#[derive(Debug, Serialize)]
pub struct Availability {
    /// The daemons that it should have.
    pub daemons: Vec<DaemonStatus>,
    /// The virtual routers that it takes part in.
    pub virtual_routers: Vec<RouterStatus>,
    /// Its sync daemons; none where connections are not synchronised.
    pub connection_sync: Vec<SyncStatus>,
    /// What its health checker thinks of each real server that it checks.
    pub health: Vec<HealthStatus>,
}

/// A daemon of a director.
#[derive(Debug, Serialize)]
pub struct DaemonStatus {
    /// Its name.
    pub daemon: String,
    /// Whether its process is alive.
    pub running: bool,
}

/// What a director is in a virtual router.
#[derive(Debug, Serialize)]
pub struct RouterStatus {
    /// The virtual router.
    pub router: String,
    /// Its state here; none where nobody speaks VRRP, or has not said yet.
    pub state: Option<VrrpState>,
    /// The VIPs that the director holds now.
    pub vips: Vec<String>,
}

/// A sync daemon of the kernel.
#[derive(Debug, Serialize)]
pub struct SyncStatus {
    /// `master`, which tells connections, or `backup`, which learns them.
    pub role: &'static str,
    /// The sync id.
    pub id: u8,
    /// The interface that carries it.
    pub interface: String,
}

/// What a health checker thinks of a real server of a virtual service.
#[derive(Debug, Serialize)]
pub struct HealthStatus {
    /// Protocol, VIP and port.
    pub service: String,
    /// The real server.
    pub server: String,
    /// Whether it serves.
    pub up: bool,
    /// Why its check failed, where the checker says so: what it got, and what it wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Where to read about the directors of a lab.
pub struct Directors<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// What it was built by.
    pub plan: &'a Plan,
    /// Where its files are.
    pub dir: &'a LabDir,
}

impl Directors<'_> {
    /// A node's part; none has a node without daemons.
    pub fn describe(&self, node: &NodeName, observed: &Observed) -> Option<Availability> {
        let daemons = self.daemons(node, observed);
        let virtual_routers = self.routers(node, observed);
        let health = self.health(node, observed);
        let connection_sync = sync(observed);
        (!daemons.is_empty()).then_some(Availability {
            daemons,
            virtual_routers,
            connection_sync,
            health,
        })
    }

    fn daemons(&self, node: &NodeName, observed: &Observed) -> Vec<DaemonStatus> {
        let planned = self.plan.steps.iter().filter_map(|step| match &step.op {
            Op::StartDaemon { node: n, daemon } if n == node => Some(daemon.name()),
            _ => None,
        });
        let status = |name: &str| DaemonStatus {
            daemon: name.to_owned(),
            running: observed.daemons.iter().any(|running| running == name),
        };
        planned.map(status).collect()
    }

    fn routers(&self, node: &NodeName, observed: &Observed) -> Vec<RouterStatus> {
        let speaks = |name: &String| matches!(name.as_str(), "speaker" | "keepalived");
        let speaking = observed.daemons.iter().any(speaks);
        // What a dead speaker wrote is history.
        let changes = if speaking { state_changes(&self.directory(node)) } else { Vec::new() };
        let state = |router: &VirtualRouter| {
            changes.iter().rev().find(|change| change.router == router.name)
        };
        let routers = self.lab.high_availability.iter().flat_map(|available| &available.routers);
        let here = routers.filter(|router| router.priorities.contains_key(node));
        let status = |router: &VirtualRouter| RouterStatus {
            router: router.name.to_string(),
            state: state(router).map(|change| change.state),
            vips: held(router.member(node), observed),
        };
        here.map(status).collect()
    }

    /// Each server that is checked is up unless the last word on it is otherwise; a dead checker
    /// knows nothing. ldirectord does not say what it thinks.
    fn health(&self, node: &NodeName, observed: &Observed) -> Vec<HealthStatus> {
        let checks = |name: &String| matches!(name.as_str(), "checker" | "keepalived");
        if !observed.daemons.iter().any(checks) {
            return Vec::new();
        }
        let changes = health_changes(&self.directory(node));
        let is_checked = |service: &&VirtualService| {
            service.health_check.is_some() && service.directors.contains(node)
        };
        let checked = self.lab.services.iter().filter(is_checked);
        let status = |service, server| health(service, server, &changes);
        checked.flat_map(|s| s.destinations.iter().map(move |d| status(s, d))).collect()
    }

    fn directory(&self, node: &NodeName) -> PathBuf {
        daemons_directory(self.dir.path(), node)
    }
}

fn health(
    service: &VirtualService,
    server: &Destination,
    changes: &[HealthChange],
) -> HealthStatus {
    let key = ServiceEntry::from(service).key;
    let address = DestinationEntry::from(server).address;
    let is_its = |change: &&HealthChange| change.service == key && change.server == address;
    let last = changes.iter().rev().find(is_its);
    HealthStatus {
        service: key.to_string(),
        server: server.real_server.to_string(),
        up: last.is_none_or(|change| change.health == Health::Up),
        reason: last.and_then(|change| change.reason.clone()),
    }
}

fn sync(observed: &Observed) -> Vec<SyncStatus> {
    let status = |daemon: &SyncDaemon| SyncStatus {
        role: match daemon.role {
            SyncRole::Master => "master",
            SyncRole::Backup => "backup",
        },
        id: daemon.id,
        interface: daemon.interface.clone(),
    };
    observed.sync.iter().map(status).collect()
}

fn held(member: Member<'_>, observed: &Observed) -> Vec<String> {
    let vips = member.vips.iter().map(|vip| vip.address.addr());
    let is_held = |vip: &std::net::IpAddr| {
        observed.addresses.iter().any(|there| there.address.addr() == *vip)
    };
    vips.filter(is_held).map(|vip| vip.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{ObservedAddress, StateChange, record_health, record_state};
    use crate::lab::Source;
    use crate::state::StateDir;
    use std::time::SystemTime;

    const LAB: &str = "name: ha
networks: { lan: 192.168.150.0/24 }
clients: { client: { addresses: { lan: 192.168.150.10 } } }
directors:
  node01: { addresses: { lan: 192.168.150.1 } }
  node04: { addresses: { lan: 192.168.150.4 } }
real_servers: { rs1: { addresses: { lan: 192.168.150.2 } } }
high_availability:
  virtual_routers:
    VI_1: { router_id: 51, priorities: { node01: 100, node04: 50 } }
virtual_services:
  web:
    vip: 192.168.150.100
    port: 80
    scheduler: rr
    forwarding: dr
    real_servers: [rs1]
    health_check: { tcp: {} }
";

    fn lab() -> Lab {
        let source = Source { name: "lab.yaml".to_owned(), text: LAB.to_owned() };
        crate::topology::load(&source).unwrap().lab
    }

    #[test]
    fn a_checked_server_is_up_until_a_living_checker_says_otherwise() {
        let (lab, parent) = (lab(), tempfile::tempdir().unwrap());
        let dir = StateDir::at(parent.path()).lab(&lab.name);
        let node: NodeName = "node01".parse().unwrap();
        let directory = daemons_directory(dir.path(), &node);
        std::fs::create_dir_all(&directory).unwrap();
        let plan = crate::plan::build(&lab);
        let directors = Directors { lab: &lab, plan: &plan, dir: &dir };
        let told = |daemon: &str| {
            let observed = Observed { daemons: vec![daemon.to_owned()], ..Observed::default() };
            let health = directors.describe(&node, &observed).unwrap().health;
            health
                .iter()
                .map(|h| {
                    let why = h.reason.as_ref().map(|reason| format!(" {reason}"));
                    format!("{} {} {}{}", h.service, h.server, h.up, why.unwrap_or_default())
                })
                .collect::<Vec<_>>()
        };
        for daemon in ["checker", "keepalived"] {
            assert_eq!(told(daemon), ["tcp 192.168.150.100:80 rs1 true"]);
        }
        let service = ServiceEntry::from(&lab.services[0]).key;
        let server = "192.168.150.2:80".parse().unwrap();
        let (at, health) = (SystemTime::UNIX_EPOCH, Health::Down);
        let why = "HTTP status 404, expected 200";
        let change = HealthChange { at, service, server, health, reason: Some(why.to_owned()) };
        record_health(&directory, &change).unwrap();
        assert_eq!(told("checker"), [format!("tcp 192.168.150.100:80 rs1 false {why}")]);
        assert!(told("speaker").is_empty(), "a dead checker knows nothing");
    }

    fn master() -> StateChange {
        let router = "VI_1".parse().unwrap();
        StateChange { at: SystemTime::UNIX_EPOCH, router, state: VrrpState::Master }
    }

    #[test]
    fn a_state_is_told_only_of_a_living_speaker() {
        let lab = lab();
        let parent = tempfile::tempdir().unwrap();
        let dir = StateDir::at(parent.path()).lab(&lab.name);
        let node: NodeName = "node01".parse().unwrap();
        let directory = daemons_directory(dir.path(), &node);
        std::fs::create_dir_all(&directory).unwrap();
        record_state(&directory, &master()).unwrap();
        let plan = crate::plan::build(&lab);
        let directors = Directors { lab: &lab, plan: &plan, dir: &dir };

        let address = "192.168.150.100/32".parse().unwrap();
        let addresses = vec![ObservedAddress { interface: "eth0".to_owned(), address }];
        let dead = Observed { addresses, ..Observed::default() };
        let told = directors.describe(&node, &dead).unwrap();
        assert_eq!(told.virtual_routers[0].state, None);
        assert_eq!(told.virtual_routers[0].vips, ["192.168.150.100"], "it stays behind");
        assert!(told.daemons.iter().all(|daemon| !daemon.running));

        let alive = Observed { daemons: vec!["speaker".to_owned()], ..Observed::default() };
        let told = directors.describe(&node, &alive).unwrap();
        assert_eq!(told.virtual_routers[0].state, Some(VrrpState::Master));
        assert!(told.virtual_routers[0].vips.is_empty());
        assert!(directors.describe(&"rs1".parse().unwrap(), &alive).is_none());
    }
}
