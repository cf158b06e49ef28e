use super::fault::refuse;
use crate::kernel::{Cause, Observed};
use crate::lab::{NodeName, Port, ProcessName};
use crate::plan::{Behaviour, Daemon, Process};
use nix::errno::Errno;
use std::collections::{BTreeMap, BTreeSet};

/// What runs in the nodes. As in the real world it outlives the name of its namespace.
#[derive(Debug, Default)]
pub(super) struct Running {
    /// Backends.
    listeners: BTreeMap<(NodeName, Port), Behaviour>,
    daemons: BTreeSet<(NodeName, &'static str)>,
    /// Processes of the file, each with the TCP port that it listens on.
    processes: BTreeMap<(NodeName, ProcessName), Option<u16>>,
}

impl Running {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.listeners.len() + self.daemons.len() + self.processes.len()
    }

    /// How a backend treats its clients, if there is one.
    pub(super) fn behaviour(&self, node: &NodeName, port: Port) -> Option<Behaviour> {
        self.listeners.get(&(node.clone(), port)).copied()
    }

    /// Starts a backend.
    pub(super) fn listen(&mut self, node: &NodeName, port: Port) -> Result<(), Cause> {
        if self.listeners.contains_key(&(node.clone(), port)) {
            return Err(refuse("bind", Errno::EADDRINUSE));
        }
        self.listeners.insert((node.clone(), port), Behaviour::default());
        Ok(())
    }

    /// Has a backend treat its clients so.
    pub(super) fn behave(
        &mut self,
        node: &NodeName,
        port: Port,
        to: Behaviour,
    ) -> Result<(), Cause> {
        let listener = self.listeners.get_mut(&(node.clone(), port));
        *listener.ok_or(Cause::NoBackend { port })? = to;
        Ok(())
    }

    /// Ends a backend.
    pub(super) fn close(&mut self, node: &NodeName, port: Port) {
        self.listeners.remove(&(node.clone(), port));
    }

    /// Starts a daemon.
    pub(super) fn start(&mut self, node: &NodeName, daemon: &Daemon) -> Result<(), Cause> {
        if !self.daemons.insert((node.clone(), daemon.name())) {
            return Err(refuse("start", Errno::EEXIST));
        }
        Ok(())
    }

    /// Ends a daemon.
    pub(super) fn stop(&mut self, node: &NodeName, daemon: &Daemon) {
        self.daemons.remove(&(node.clone(), daemon.name()));
    }

    /// Ends every daemon of a node.
    pub(super) fn kill_daemons(&mut self, node: &NodeName) {
        self.daemons.retain(|(home, _)| home != node);
    }

    /// Starts a process.
    pub(super) fn run(&mut self, node: &NodeName, process: &Process) -> Result<(), Cause> {
        let key = (node.clone(), process.program.name.clone());
        if self.processes.contains_key(&key) {
            return Err(refuse("start", Errno::EEXIST));
        }
        self.processes.insert(key, process.program.ready);
        Ok(())
    }

    /// Ends a process.
    pub(super) fn end(&mut self, node: &NodeName, process: &Process) {
        self.processes.remove(&(node.clone(), process.program.name.clone()));
    }

    /// Tells what runs in a node.
    pub(super) fn observe(&self, node: &NodeName, observed: &mut Observed) {
        let backends = self.listeners.keys().filter(|(home, _)| home == node);
        let run = self.processes.iter().filter(|((home, _), _)| home == node);
        let ports = run.clone().filter_map(|(_, port)| port.map(Port::tcp));
        observed.listening = backends.map(|(_, port)| *port).chain(ports).collect();
        observed.processes = run.map(|((_, name), _)| name.to_string()).collect();
        let daemons = self.daemons.iter().filter(|(home, _)| home == node);
        observed.daemons = daemons.map(|(_, name)| (*name).to_owned()).collect();
    }
}
