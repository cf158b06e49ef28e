use super::availability::{Availability, Directors};
use crate::cli::failure::Failure;
use crate::cli::running::Running;
use crate::cli::verbs::ipvs::order;
use crate::engine::{self, Drift};
use crate::kernel::{Connection, Linux, Observed, ObservedService};
use crate::lab::{ForwardingMethod, Lab, Node, Program, Scheduled, Tunnel};
use crate::plan;
use crate::supervisor::{self, BackendStatus};
use serde::Serialize;

/// How a lab is.
#[derive(Debug, Serialize)]
pub struct LabStatus {
    /// Its name.
    pub lab: String,
    /// What it shows.
    pub summary: Option<String>,
    /// Its kernel.
    pub kernel: String,
    /// Its nodes.
    pub nodes: Vec<NodeStatus>,
    /// The faults that are in force, the oldest first.
    pub faults: Vec<String>,
    /// How what is there differs from the file, one entry each.
    pub drift: Vec<String>,
    /// The same, as far as the faults explain it.
    pub drift_by_faults: Vec<String>,
    /// What was added from outside the lab, which `up` leaves alone, one entry each.
    pub additions: Vec<String>,
}

impl LabStatus {
    /// Whether nothing was broken on purpose, and all is as the file says.
    pub fn is_as_the_file_says(&self) -> bool {
        [&self.faults, &self.drift, &self.drift_by_faults, &self.additions]
            .iter()
            .all(|entries| entries.is_empty())
    }
}

/// How a node is.
#[derive(Debug, Serialize)]
pub struct NodeStatus {
    /// Its name.
    pub node: String,
    /// The name that `ip netns` knows it by.
    pub namespace: String,
    /// What it is.
    pub role: &'static str,
    /// Its addresses.
    pub addresses: Vec<AddressStatus>,
    /// Its default gateway.
    pub gateway: Option<String>,
    /// Its virtual services.
    pub virtual_services: Vec<ServiceStatus>,
    /// Its backends.
    pub backends: Vec<BackendStatus>,
    /// Its processes.
    pub processes: Vec<ProcessStatus>,
    /// Its part in high availability, where it has one.
    pub availability: Option<Availability>,
}

/// A process that the file asks for.
#[derive(Debug, Serialize)]
pub struct ProcessStatus {
    /// Its name.
    pub process: String,
    /// The TCP port that it listens on, where the file says one.
    pub port: Option<u16>,
    /// Whether it is alive.
    pub running: bool,
}

/// An address of a node.
#[derive(Debug, Serialize)]
pub struct AddressStatus {
    /// Its interface.
    pub interface: String,
    /// The address with its prefix length.
    pub address: String,
}

/// A virtual service of a director.
#[derive(Debug, Serialize)]
pub struct ServiceStatus {
    /// Protocol, VIP and port, or the firewall mark.
    pub service: String,
    /// How many real servers it has.
    pub real_servers: usize,
    /// What the scheduler is asked for.
    pub scheduled: Scheduled,
    /// What packets travel in to its real servers of TUN, each once.
    pub tunnels: Vec<Tunnel>,
    /// For how long a client stays with its real server, where it does.
    pub persistence_seconds: Option<u64>,
    /// How many persistence templates there are.
    pub templates: usize,
}

/// Reads a lab back.
pub async fn lab(running: &Running) -> Result<LabStatus, Failure> {
    let lab = running.lab()?;
    let status = supervisor::status(&running.dir).map_err(Failure::failed)?;
    let mut kernel = Linux::open(running.names());
    let plan = plan::build(&lab);
    let directors = Directors { lab: &lab, plan: &plan, dir: &running.dir };
    let survey = engine::survey(&plan, &mut kernel).await.map_err(Failure::failed)?;
    let (mut nodes, nothing) = (Vec::new(), Observed::default());
    for node in &lab.nodes {
        let observed = survey.node(&node.name).unwrap_or(&nothing);
        let availability = directors.describe(&node.name, observed);
        let connections = match observed.services.is_empty() {
            true => Vec::new(),
            false => kernel.ipvs_connections(&node.name).map_err(Failure::failed)?,
        };
        let mut described = describe(&lab, node, observed, &status.backends);
        described.virtual_services = services(observed, &connections);
        nodes.push(NodeStatus { availability, ..described });
    }
    let (additions, drift): (Vec<_>, Vec<_>) =
        engine::compare(&plan, &survey).into_iter().partition(Drift::is_left_alone);
    let heals: Vec<_> = status.faults.iter().flat_map(|f| plan::disturb(&lab, f).mends).collect();
    let (by_faults, drift): (Vec<_>, Vec<_>) =
        drift.iter().partition(|drift| drift.is_mended_by(&heals));
    Ok(LabStatus {
        lab: lab.name.to_string(),
        summary: lab.summary.clone(),
        kernel: crate::cli::machine::release(),
        nodes,
        faults: status.faults.iter().map(ToString::to_string).collect(),
        drift: drift.iter().map(ToString::to_string).collect(),
        drift_by_faults: by_faults.iter().map(ToString::to_string).collect(),
        additions: additions.iter().map(ToString::to_string).collect(),
    })
}

fn services(observed: &Observed, connections: &[Connection]) -> Vec<ServiceStatus> {
    let one = |service: &ObservedService| {
        let is_its = |connection: &&Connection| {
            connection.is_template() && connection.virtual_service == service.key
        };
        ServiceStatus {
            service: service.key.to_string(),
            real_servers: service.destinations.len(),
            scheduled: service.scheduled,
            tunnels: tunnels(service),
            persistence_seconds: service.persistence.map(|p| p.timeout.as_secs()),
            templates: connections.iter().filter(is_its).count(),
        }
    };
    let mut services = observed.services.clone();
    order::services(&mut services);
    services.iter().map(one).collect()
}

fn tunnels(service: &ObservedService) -> Vec<Tunnel> {
    let mut tunnels = Vec::new();
    // The kernel dumps the last one first.
    for entry in service.destinations.iter().rev().map(|destination| &destination.entry) {
        if entry.forwarding == ForwardingMethod::Tun && !tunnels.contains(&entry.tunnel) {
            tunnels.push(entry.tunnel);
        }
    }
    tunnels
}

fn process(program: &Program, observed: &Observed) -> ProcessStatus {
    ProcessStatus {
        process: program.name.to_string(),
        port: program.ready,
        running: observed.processes.iter().any(|name| name == program.name.as_str()),
    }
}

fn describe(lab: &Lab, node: &Node, observed: &Observed, backends: &[BackendStatus]) -> NodeStatus {
    let shown = |interface: &str, address: ipnet::IpNet| {
        (interface != "lo" || !address.addr().is_loopback()).then(|| AddressStatus {
            interface: interface.to_owned(),
            address: address.to_string(),
        })
    };
    let addresses = observed.addresses.iter().filter_map(|a| shown(&a.interface, a.address));
    let default = observed.routes.iter().find(|route| route.destination.is_none());
    NodeStatus {
        node: node.name.to_string(),
        namespace: lab.namespace(&node.name),
        role: node.role.noun(),
        addresses: addresses.collect(),
        gateway: default.map(|route| route.via.to_string()),
        virtual_services: Vec::new(),
        backends: backends.iter().filter(|b| b.node == node.name).cloned().collect(),
        processes: node.serving.processes.iter().map(|p| process(&p.program, observed)).collect(),
        availability: None,
    }
}
