use crate::kernel::{Observed, daemons_directory, state_changes};
use crate::lab::{Lab, NodeName, VirtualRouter, VrrpState};
use crate::plan::{Op, Plan};
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
        (!daemons.is_empty()).then_some(Availability { daemons, virtual_routers })
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
            vips: held(router, observed),
        };
        here.map(status).collect()
    }

    fn directory(&self, node: &NodeName) -> PathBuf {
        daemons_directory(self.dir.path(), node)
    }
}

fn held(router: &VirtualRouter, observed: &Observed) -> Vec<String> {
    let vips = router.vips.iter().map(|vip| vip.address.addr());
    let is_held = |vip: &std::net::IpAddr| {
        observed.addresses.iter().any(|there| there.address.addr() == *vip)
    };
    vips.filter(is_held).map(|vip| vip.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{ObservedAddress, StateChange, record_state};
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

    fn master() -> StateChange {
        let router = "VI_1".parse().unwrap();
        StateChange { at: SystemTime::UNIX_EPOCH, router, state: VrrpState::Master }
    }

    #[test]
    fn a_state_is_told_only_of_a_living_speaker() {
        let source = Source { name: "lab.yaml".to_owned(), text: LAB.to_owned() };
        let lab = crate::topology::load(&source).unwrap().lab;
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
