//! From the decoded file to a valid `Lab`.
//!
//! First each thing is built from what the file says of it alone (`network`, `node`,
//! `high_availability`, `service`, `scenario`); then the rules that hold things against each other
//! (`link`, `routing_loop`, `vip`, `redundancy`, `forwarding`, `taken_back`, `round_director`,
//! `scheduling`, `failing_check`, `tunnel`, `reachability`, `tiers`, `via`, `sequence`,
//! `expectation`) judge what nothing is in doubt of (`trust`), so that one mistake is not reported
//! twice in different words.

mod address;
mod destination;
mod draft;
mod engine;
mod expectation;
mod expected;
mod expected_load;
mod expected_state;
mod failing_check;
mod fault;
mod fault_node;
mod fault_settings;
mod floating;
mod forwarding;
mod health;
mod high_availability;
mod ipvs;
mod link;
mod load;
mod local_node;
mod name;
mod neighbours;
mod network;
mod node;
mod node_parts;
mod number;
mod overrides;
mod plugs;
mod ports;
mod reach;
mod reachability;
mod redundancy;
mod replica;
mod request;
mod round_director;
mod routing_loop;
mod scenario;
mod scheduling;
mod sequence;
mod service;
mod serving;
mod sysctl;
mod table;
mod table_service;
mod taken_back;
mod takeover;
mod tiers;
mod track;
mod trust;
mod tunnel;
mod upstream;
mod value;
mod via;
mod view;
mod vip;
mod virtual_router;

pub use address::unusable;

use super::{faults::Faults, wire};
use crate::lab::{Lab, Role};
use draft::Draft;
use view::View;

/// Builds the lab and holds it against every rule. It can be used if no fault is an error.
pub fn validate(topology: wire::Topology, faults: &mut Faults) -> Option<Lab> {
    let mut draft = Draft::new(&topology, faults)?;
    let plugs = plugs::Plugs::of(&topology);
    network::build(topology.networks, &mut draft);
    plugs.check(&mut draft);
    node::build("clients", Role::Client, topology.clients, &mut draft);
    node::build("directors", Role::Director, topology.directors, &mut draft);
    node::build_real_servers(topology.real_servers, &mut draft);
    node::build("servers", Role::Server, topology.servers, &mut draft);
    node::build("routers", Role::Router, topology.routers, &mut draft);
    let table = topology.ipvsadm.as_deref();
    let services = table::services(table, topology.virtual_services, &mut draft);
    high_availability::build(topology.high_availability, &services, &mut draft);
    service::build(services, &mut draft);
    ipvs::build(topology.ipvs, &mut draft);
    upstream::build(&mut draft);
    scenario::build(topology.scenarios, &mut draft);
    let mut lab = draft.lab;
    let found = judge(&lab, faults);
    found.into_iter().for_each(|fault| faults.push(fault));
    for service in &mut lab.services {
        service.destinations.iter_mut().for_each(|entry| faults.retell(&mut entry.at));
        faults.retell(&mut service.at);
    }
    Some(lab)
}

fn judge(lab: &Lab, faults: &Faults) -> Vec<crate::diag::Diagnostic> {
    let mut view = View::new(lab, faults);
    link::check(&mut view);
    routing_loop::check(&mut view);
    vip::check(&mut view);
    redundancy::check(&mut view);
    engine::check(&mut view);
    forwarding::check(&mut view);
    vip::check_holders(&mut view);
    link::check_hops(&mut view);
    taken_back::check(&mut view);
    round_director::check(&mut view);
    scheduling::check(&mut view);
    failing_check::check(&mut view);
    tunnel::check(&mut view);
    expectation::check(&mut view);
    fault_node::check(&mut view);
    sequence::check(&mut view);
    takeover::check(&mut view);
    reachability::check(&mut view);
    tiers::check(&mut view);
    via::check(&mut view);
    view.into_found()
}
