use super::edit::{Edit, edits, mends};
use super::follow::{Follower, Sent};
use super::prediction::{Pair, Prediction};
use crate::lab::{Endpoint, Fault, Healing, Lab, Scheduler, ServiceName, VirtualService};
use crate::oracle::{Oracle, Tuple};
use crate::traffic::{Answer, Sample};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How far a scheduler of unknown history is followed round its real servers.
const MOST_TURNS: u32 = 1000;

/// What happened to a lab's directors before its scenarios.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// They were just made.
    Fresh,
    /// The lab was running: nobody knows which connections they have seen.
    Unknown,
}

/// An oracle for every virtual service, told of all connections of a run, whichever step made them.
pub(super) struct Forecast<'a> {
    lab: &'a Lab,
    history: History,
    commands_ran: bool,
    /// The services that had a connection; the reason once a service can be followed no more.
    services: HashMap<&'a ServiceName, Result<Oracle, String>>,
    /// The faults in force, the oldest first.
    faults: Vec<Fault>,
}

impl<'a> Forecast<'a> {
    pub fn new(lab: &'a Lab, history: History) -> Self {
        Self { lab, history, commands_ran: false, services: HashMap::new(), faults: Vec::new() }
    }

    /// A command ran in some node, and may have changed anything.
    pub fn command_ran(&mut self) {
        self.commands_ran = true;
    }

    /// Requests to a target were begun, and nobody knows how many reached it.
    pub fn lose(&mut self, target: Endpoint) {
        if let Some(service) = service_at(self.lab, target) {
            let reason = "an earlier step could not be done, and how far it came is not known";
            self.services.insert(&service.name, Err(reason.to_owned()));
        }
    }

    /// A load to a target was begun, whose connections nobody follows.
    pub fn loaded(&mut self, target: Endpoint) {
        if let Some(service) = service_at(self.lab, target) {
            let reason = "a load ran in the background, and its connections are not followed";
            self.services.insert(&service.name, Err(reason.to_owned()));
        }
    }

    /// The connections that requests held were closed, at this time since the run's begin.
    pub fn released(&mut self, at: Duration) {
        for oracle in self.services.values_mut().flatten() {
            oracle.advance(at);
            oracle.close_all();
        }
    }

    /// Something was broken on purpose. Another weight of a real server and its removal are
    /// followed; what else the directors of the virtual services that it touches do from now on,
    /// and after it is mended, is not known.
    pub fn disturbed(&mut self, fault: &Fault) {
        let lab = self.lab;
        for service in lab.services.iter().filter(|service| is_touched(service, fault)) {
            match edits(lab, service, fault) {
                Some(edits) => self.edited(service, &edits),
                None => self.shaken(service, fault),
            }
        }
        self.faults.push(fault.clone());
    }

    /// Something could not be broken, and nobody knows how much of it was.
    pub fn half_disturbed(&mut self, fault: &Fault) {
        let lab = self.lab;
        let touched = lab.services.iter().filter(|service| is_touched(service, fault));
        touched.for_each(|service| self.shaken(service, fault));
    }

    /// Faults were mended, the newest first.
    pub fn healed(&mut self, healing: &Healing) {
        let is_meant = |fault: &mut Fault| match healing {
            Healing::All => true,
            Healing::Node(node) => fault.node == *node,
        };
        let healed: Vec<_> = self.faults.extract_if(.., is_meant).collect();
        let lab = self.lab;
        for service in &lab.services {
            let all: Vec<_> = healed.iter().rev().flat_map(|fault| mends(service, fault)).collect();
            // What two faults want mended is mended once.
            let is_last = |at: &usize| !all[at + 1..].contains(&all[*at]);
            let once: Vec<_> = (0..all.len()).filter(is_last).map(|at| all[at]).collect();
            self.edited(service, &once);
        }
    }

    fn edited(&mut self, service: &'a VirtualService, edits: &[Edit]) {
        if edits.is_empty() {
            return;
        }
        let begin = || begin(self.lab, service, self.history);
        let state = self.services.entry(&service.name).or_insert_with(begin);
        state.iter_mut().for_each(|oracle| edits.iter().for_each(|edit| edit.tell(oracle)));
    }

    fn shaken(&mut self, service: &'a VirtualService, fault: &Fault) {
        let reason =
            format!("`{fault}` came before, and what the director made of it is not known");
        self.services.insert(&service.name, Err(reason));
    }

    /// Follows a step's requests, and says what should have come back.
    ///
    /// # Errors
    /// Why that cannot be known.
    pub fn follow(&mut self, sent: Sent) -> Result<Prediction, String> {
        let lab = self.lab;
        let service = service_at(lab, sent.target)
            .ok_or_else(|| format!("no virtual service is at {}", sent.target))?;
        let client = client_address(lab, sent);
        let begin = || match self.history {
            History::Unknown if takes_turns(service) => found_in_turn(lab, service, (sent, client)),
            history => begin(lab, service, history),
        };
        let state = self.services.entry(&service.name).or_insert_with(begin);
        let oracle = state.as_mut().map_err(|reason| reason.clone())?;
        let followed = Follower { oracle, service, sent, client }.follow();
        match &followed {
            Err(reason) => *state = Err(reason.clone()),
            Ok((_, pairs)) => {
                if let Some(index) = pairs.iter().position(|pair| !pair.is_known()) {
                    *state = Err(lost(&pairs[index], index));
                }
            }
        }
        let (comparison, pairs) = followed?;
        let (scheduler, commands_ran) = (service.scheduler, self.commands_ran);
        Ok(Prediction { scheduler, comparison, pairs, commands_ran })
    }
}

/// The virtual service of a lab that is there.
pub(super) fn service_at(lab: &Lab, target: Endpoint) -> Option<&VirtualService> {
    let is_there = |service: &&VirtualService| {
        service.protocol == target.protocol
            && service.vip == target.address.ip()
            && service.ports().contains(&target.address.port())
    };
    lab.services.iter().find(is_there)
}

fn is_touched(service: &VirtualService, fault: &Fault) -> bool {
    let servers = service.destinations.iter().chain(&service.sorry_server);
    service.directors.contains(&fault.node)
        || servers.map(|server| &server.real_server).any(|server| server == &fault.node)
}

fn begin(lab: &Lab, service: &VirtualService, history: History) -> Result<Oracle, String> {
    if history == History::Unknown {
        return Err("nobody knows which connections the running lab has already had".to_owned());
    }
    let [director] = service.directors.as_slice() else {
        return Err(format!(
            "`{}` has {} directors, each with a sequence of its own",
            service.name,
            service.directors.len()
        ));
    };
    let of_all = lab.ipvs.iter().flat_map(|ipvs| &ipvs.sysctls);
    let settings = lab.node(director).into_iter().flat_map(|node| &node.sysctls).chain(of_all);
    if let Some(setting) = settings.map(|s| &s.key).find(|key| changes_scheduling(&key.0)) {
        return Err(format!("`{director}` sets `{setting}`, which no prediction follows"));
    }
    let mut oracle = Oracle::new(service).map_err(|reason| reason.to_string())?;
    if let Some(timeouts) = lab.ipvs.as_ref().and_then(|ipvs| ipvs.timeouts) {
        oracle.set_timeouts(timeouts);
    }
    Ok(oracle)
}

/// Whether the scheduler goes round its real servers, whatever the connections are.
fn takes_turns(service: &VirtualService) -> bool {
    service.persistence.is_none() && matches!(service.scheduler, Scheduler::Rr | Scheduler::Wrr)
}

/// An oracle that stands where the director of a running lab stands: the first answers tell how far
/// it has gone round. Where they fit nowhere, it begins at the first server.
fn found_in_turn(
    lab: &Lab,
    service: &VirtualService,
    (sent, client): (Sent, Option<IpAddr>),
) -> Result<Oracle, String> {
    let round: u32 = service.destinations.iter().map(|server| server.weight.max(1)).sum();
    for connections in 0..round.min(MOST_TURNS) {
        let mut oracle = turned(lab, service, (sent.target, connections))?;
        let followed = Follower { oracle: &mut oracle, service, sent, client }.follow();
        if followed?.1.iter().all(|pair| pair.expected == pair.observed) {
            return turned(lab, service, (sent.target, connections));
        }
    }
    turned(lab, service, (sent.target, 0))
}

/// An oracle that has seen so many connections, which are closed.
fn turned(
    lab: &Lab,
    service: &VirtualService,
    (target, connections): (Endpoint, u32),
) -> Result<Oracle, String> {
    let mut oracle = begin(lab, service, History::Fresh)?;
    for number in 0..connections {
        let client = SocketAddr::new(IpAddr::from([0, 0, 0, 0]), number as u16);
        let tuple = Tuple { client, target: target.address };
        oracle.connect(tuple).map_err(|reason| reason.to_string())?;
        oracle.close(tuple);
    }
    Ok(oracle)
}

fn changes_scheduling(key: &str) -> bool {
    key.starts_with("net.ipv4.vs.") && key != "net.ipv4.vs.conntrack"
}

// What any answer says, or the only address that the client has.
fn client_address(lab: &Lab, Sent { request, samples, .. }: Sent) -> Option<IpAddr> {
    let answered = |sample: &Sample| sample.outcome.as_ref().ok().map(|a: &Answer| a.local.ip());
    let only = || {
        let mut addresses = lab.node(&request.from)?.addresses();
        addresses.next().filter(|_| addresses.next().is_none())
    };
    samples.iter().find_map(answered).or_else(only)
}

fn lost(pair: &Pair, index: usize) -> String {
    let number = index + 1;
    format!(
        "request {number} of an earlier step or attempt ended otherwise ({pair}), and what the \
         director made of it is not known"
    )
}
