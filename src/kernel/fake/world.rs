use super::fault::{Fault, refuse};
use super::node::{self, Namespace};
use super::{addresses, links, routes, settings, tables};
use crate::kernel::{Cause, Kernel, KernelError, Observed, Tunnelled};
use crate::lab::{NodeName, Port, ProcessName, SysctlKey, Timeouts};
use crate::plan::{Behaviour, Daemon, Op, Process};
use nix::errno::Errno;
use std::collections::{BTreeMap, BTreeSet};

/// A kernel that exists in memory only.
#[derive(Debug, Default)]
pub struct Fake {
    pub(super) nodes: BTreeMap<NodeName, Namespace>,
    /// As in the real world, a listener belongs to a process, and outlives its namespace's name.
    listeners: BTreeMap<(NodeName, Port), Behaviour>,
    /// A daemon is a process too.
    daemons: BTreeSet<(NodeName, &'static str)>,
    /// So is a process of the file, with the port that it listens on.
    processes: BTreeMap<(NodeName, ProcessName), Option<u16>>,
    commands: Vec<(NodeName, String)>,
    applies: Fault,
    undos: Fault,
}

impl Fake {
    /// An empty world.
    pub fn new() -> Self {
        Self::default()
    }

    /// The `call`-th operation to be applied from the beginning, counted from 1, will fail (EIO).
    pub fn fail_at(&mut self, call: usize) {
        self.applies.at(call);
    }

    /// The `call`-th operation to be undone from the beginning, counted from 1, will fail (EIO).
    pub fn fail_undo_at(&mut self, call: usize) {
        self.undos.at(call);
    }

    /// How many things are left: namespaces, what is in them beyond what a new one has, listeners,
    /// daemons, processes.
    pub fn left(&self) -> usize {
        let inside: usize = self.nodes.values().map(Namespace::additions).sum();
        self.nodes.len() + inside + self.listeners.len() + self.daemons.len() + self.processes.len()
    }

    /// The commands that were run, in order, with their nodes.
    pub fn commands(&self) -> &[(NodeName, String)] {
        &self.commands
    }

    /// How a backend treats its clients, if there is one.
    pub fn behaviour(&self, node: &NodeName, port: Port) -> Option<Behaviour> {
        self.listeners.get(&(node.clone(), port)).copied()
    }

    /// What a meddler would do: changes a node behind everybody's back. A node that is not there
    /// is not changed.
    pub fn meddle(&mut self, node: &NodeName, change: impl FnOnce(&mut Observed)) {
        if let Some(namespace) = self.nodes.get_mut(node) {
            change(&mut namespace.state);
        }
    }

    fn make(&mut self, op: &Op) -> Result<(), Cause> {
        self.applies.call()?;
        match op {
            Op::CreateNamespace { node } => self.create(node),
            Op::CreateBridge { network, mtu } => links::create_bridge(self, network, *mtu),
            Op::Connect { .. } => links::connect(self, op),
            Op::StartBackend { node, backend } => self.listen(node, backend.socket()),
            Op::CutCable { node, interface } => links::cut(self, node, interface),
            Op::Misbehave { node, port, behaviour } => self.behave(node, *port, *behaviour),
            Op::RunCommand { node, shell } => {
                self.namespace(node)?;
                self.commands.push((node.clone(), shell.clone()));
                Ok(())
            }
            Op::StartProcess { node, process } => self.run(node, process),
            Op::StartDaemon { node, daemon } => self.start(node, daemon),
            Op::KillDaemons { node } => {
                self.daemons.retain(|(home, _)| home != node);
                Ok(())
            }
            op => configure(self.namespace(&op.node())?, op),
        }
    }

    fn unmake(&mut self, op: &Op) -> Result<(), Cause> {
        self.undos.call()?;
        match op {
            Op::CreateNamespace { node } => links::forget_node(self, node),
            Op::Connect { node, interface, .. } => links::unplug(self, node, interface),
            Op::StartBackend { node, backend } => {
                self.listeners.remove(&(node.clone(), backend.socket()));
            }
            Op::CutCable { node, interface } => links::plug_in_again(self, node, interface),
            Op::Misbehave { node, port, .. } => {
                // What is not there has nothing to leave off.
                let _ = self.behave(node, *port, Behaviour::default());
            }
            Op::StartProcess { node, process } => {
                self.processes.remove(&(node.clone(), process.name.clone()));
            }
            Op::StartDaemon { node, daemon } => {
                self.daemons.remove(&(node.clone(), daemon.name()));
            }
            op => {
                if let Some(namespace) = self.nodes.get_mut(&op.node()) {
                    revert(namespace, op);
                }
            }
        }
        Ok(())
    }

    fn create(&mut self, node: &NodeName) -> Result<(), Cause> {
        if self.nodes.contains_key(node) {
            return Err(refuse("mount", Errno::EEXIST));
        }
        self.nodes.insert(node.clone(), Namespace::new());
        Ok(())
    }

    fn listen(&mut self, node: &NodeName, port: Port) -> Result<(), Cause> {
        self.namespace(node)?;
        if self.listeners.contains_key(&(node.clone(), port)) {
            return Err(refuse("bind", Errno::EADDRINUSE));
        }
        self.listeners.insert((node.clone(), port), Behaviour::default());
        Ok(())
    }

    fn behave(&mut self, node: &NodeName, port: Port, to: Behaviour) -> Result<(), Cause> {
        let listener = self.listeners.get_mut(&(node.clone(), port));
        *listener.ok_or(Cause::NoBackend { port })? = to;
        Ok(())
    }

    fn start(&mut self, node: &NodeName, daemon: &Daemon) -> Result<(), Cause> {
        self.namespace(node)?;
        if !self.daemons.insert((node.clone(), daemon.name())) {
            return Err(refuse("start", Errno::EEXIST));
        }
        Ok(())
    }

    fn run(&mut self, node: &NodeName, process: &Process) -> Result<(), Cause> {
        self.namespace(node)?;
        let key = (node.clone(), process.name.clone());
        if self.processes.contains_key(&key) {
            return Err(refuse("start", Errno::EEXIST));
        }
        self.processes.insert(key, process.ready);
        Ok(())
    }

    /// A node's namespace, which must be there.
    pub(super) fn namespace(&mut self, node: &NodeName) -> Result<&mut Namespace, Cause> {
        self.nodes.get_mut(node).ok_or_else(|| refuse("open", Errno::ENOENT))
    }
}

/// What works inside one namespace.
fn configure(namespace: &mut Namespace, op: &Op) -> Result<(), Cause> {
    match op {
        Op::SetLinkUp { interface, .. } => links::set_up(namespace, interface),
        Op::TakeAny { interface, .. } => links::take(namespace, interface, Tunnelled::Any),
        Op::OpenGue { port, .. } => links::open_gue(namespace, *port),
        Op::AddAddress { interface, address, .. } => addresses::add(namespace, interface, *address),
        Op::AddRoute { destination, via, .. } => routes::add(namespace, *destination, *via),
        Op::SetSysctl { key, value, .. } => settings::write(namespace, key, value),
        Op::SetTimeouts { timeouts, .. } => {
            namespace.state.timeouts = Some(*timeouts);
            Ok(())
        }
        Op::AddSourceNat { service, .. } => tables::add_source_nat(namespace, service),
        Op::MarkPackets { packets, .. } => tables::mark_packets(namespace, packets),
        Op::AddService { service, .. } => {
            tables::put_service(namespace, service);
            Ok(())
        }
        Op::AddDestination { service, destination, .. } => {
            tables::put_destination(namespace, service, destination)
        }
        Op::AwaitAddress { address, .. } => {
            addresses::hold(namespace, *address);
            Ok(())
        }
        Op::ForgetConnections { .. } => {
            namespace.state.services.clear();
            Ok(())
        }
        Op::Impair { interface, .. } => links::exists(namespace, interface),
        _ => Ok(()),
    }
}

/// Takes back what was done inside one namespace. Settings stay: their old value is not known.
fn revert(namespace: &mut Namespace, op: &Op) {
    match op {
        Op::CreateBridge { network, .. } => links::remove_bridge(namespace, network),
        Op::SetLinkUp { interface, .. } => links::set_down(namespace, interface),
        Op::TakeAny { interface, .. } => {
            // What is not there takes nothing.
            let _ = links::take(namespace, interface, node::IPV6_ONLY);
        }
        Op::OpenGue { port, .. } => namespace.state.gue.retain(|there| there != port),
        Op::AddAddress { interface, address, .. } => {
            addresses::remove(namespace, interface, *address);
        }
        Op::AddRoute { destination, via, .. } => routes::remove(namespace, *destination, *via),
        Op::SetTimeouts { .. } => namespace.state.timeouts = Some(Timeouts::default()),
        Op::AddSourceNat { service, .. } => tables::remove_source_nat(namespace, service),
        Op::MarkPackets { packets, .. } => tables::unmark_packets(namespace, packets),
        Op::AddService { service, .. } => tables::remove_service(namespace, &service.key),
        Op::AddDestination { service, destination, .. } => {
            tables::remove_destination(namespace, service, destination);
        }
        _ => {}
    }
}

impl Kernel for Fake {
    async fn apply(&mut self, op: &Op) -> Result<(), KernelError> {
        let failed = |cause| KernelError { action: op.to_string(), node: op.node(), cause };
        self.make(op).map_err(failed)
    }

    async fn undo(&mut self, op: &Op) -> Result<(), KernelError> {
        let failed = |cause| KernelError { action: format!("undo: {op}"), node: op.node(), cause };
        self.unmake(op).map_err(failed)
    }

    async fn observe(
        &mut self,
        node: &NodeName,
        settings: &[SysctlKey],
    ) -> Result<Option<Observed>, KernelError> {
        let Some(namespace) = self.nodes.get(node) else { return Ok(None) };
        let mut observed = namespace.state.clone();
        observed.settings = settings::read(namespace, settings);
        let mine = self.listeners.keys().filter(|(owner, _)| owner == node);
        let run = self.processes.iter().filter(|((home, _), _)| home == node);
        let ports = run.clone().filter_map(|(_, port)| port.map(Port::tcp));
        observed.listening = mine.map(|(_, port)| *port).chain(ports).collect();
        observed.processes = run.map(|((_, name), _)| name.to_string()).collect();
        let mine = self.daemons.iter().filter(|(home, _)| home == node);
        observed.daemons = mine.map(|(_, name)| (*name).to_owned()).collect();
        Ok(Some(observed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{ForwardingMethod, Protocol, Scheduler};
    use crate::plan::{DestinationEntry, ServiceEntry, ServiceKey};

    fn node() -> NodeName {
        "rs1".parse().unwrap()
    }

    fn address(interface: &str) -> Op {
        let address = "10.0.0.1/24".parse().unwrap();
        Op::AddAddress { node: node(), interface: interface.to_owned(), address }
    }

    fn route(via: &str) -> Op {
        Op::AddRoute { node: node(), destination: None, via: via.parse().unwrap() }
    }

    fn key() -> ServiceKey {
        ServiceKey::Address(Protocol::Tcp, "10.0.0.100:80".parse().unwrap())
    }

    fn service(scheduler: Scheduler) -> Op {
        let service = ServiceEntry::new(key(), scheduler);
        Op::AddService { node: node(), service }
    }

    fn destination(address: &str) -> Op {
        let address = address.parse().unwrap();
        let destination = DestinationEntry::new(address, ForwardingMethod::FullNat);
        Op::AddDestination { node: node(), service: key(), destination }
    }

    fn connect() -> [Op; 4] {
        let network = "inside".parse().unwrap();
        [
            Op::CreateNamespace { node: NodeName::switch() },
            Op::CreateBridge { network: "inside".parse().unwrap(), mtu: None },
            Op::CreateNamespace { node: node() },
            Op::Connect { node: node(), interface: "eth0".to_owned(), network, mtu: None },
        ]
    }

    async fn refused(fake: &mut Fake, op: &Op) -> Errno {
        match fake.apply(op).await.unwrap_err().cause {
            Cause::Errno { errno, .. } => errno,
            other => panic!("{other}"),
        }
    }

    async fn one_node() -> Fake {
        let mut fake = Fake::new();
        for op in connect() {
            fake.apply(&op).await.unwrap();
        }
        fake
    }

    #[tokio::test]
    async fn it_refuses_what_the_kernel_refuses() {
        let mut fake = Fake::new();
        assert_eq!(refused(&mut fake, &address("eth0")).await, Errno::ENOENT);
        let mut fake = one_node().await;
        for op in connect() {
            assert_eq!(refused(&mut fake, &op).await, Errno::EEXIST, "{op}");
        }
        assert_eq!(refused(&mut fake, &address("eth1")).await, Errno::ENODEV);
        assert_eq!(refused(&mut fake, &route("10.0.0.9")).await, Errno::ENETUNREACH);
        fake.apply(&address("eth0")).await.unwrap();
        assert_eq!(refused(&mut fake, &address("eth0")).await, Errno::EEXIST);
        fake.apply(&route("10.0.0.9")).await.unwrap();
        assert_eq!(refused(&mut fake, &route("10.0.0.8")).await, Errno::EEXIST);
        assert_eq!(refused(&mut fake, &destination("10.0.0.2:80")).await, Errno::ESRCH);
    }

    #[tokio::test]
    async fn a_table_takes_new_values_and_dumps_the_last_destination_first() {
        let mut fake = one_node().await;
        let ops = [
            service(Scheduler::Rr),
            service(Scheduler::Wlc),
            destination("10.0.0.2:80"),
            destination("10.0.0.3:80"),
        ];
        for op in ops {
            fake.apply(&op).await.unwrap();
        }
        let services = fake.observe(&node(), &[]).await.unwrap().unwrap().services;
        assert_eq!(services[0].scheduler, Some(Scheduler::Wlc));
        let first = &services[0].destinations[0].entry;
        assert_eq!(first.address, "10.0.0.3:80".parse().unwrap());
        assert_eq!(first.forwarding, ForwardingMethod::Nat);
    }

    #[tokio::test]
    async fn what_depends_on_an_interface_goes_with_it() {
        let mut fake = one_node().await;
        fake.apply(&address("eth0")).await.unwrap();
        fake.apply(&route("10.0.0.9")).await.unwrap();
        fake.undo(&connect()[3]).await.unwrap();
        let there = fake.observe(&node(), &[]).await.unwrap().unwrap();
        assert_eq!((there.addresses, there.routes), (Vec::new(), Vec::new()));
        let switch = fake.observe(&NodeName::switch(), &[]).await.unwrap().unwrap();
        assert!(switch.links.iter().all(|link| link.name != "rs1.0"));
    }

    #[tokio::test]
    async fn the_switch_takes_every_cable_along() {
        let mut fake = one_node().await;
        fake.undo(&connect()[0]).await.unwrap();
        let there = fake.observe(&node(), &[]).await.unwrap().unwrap();
        assert!(there.links.iter().all(|link| link.name != "eth0"));
        fake.undo(&connect()[2]).await.unwrap();
        assert_eq!(fake.left(), 0);
    }

    #[tokio::test]
    async fn a_setting_of_a_missing_interface_is_missing() {
        let mut fake = one_node().await;
        let key = SysctlKey("net.ipv4.conf.eth7.rp_filter".to_owned());
        let op = Op::SetSysctl { node: node(), key: key.clone(), value: "0".to_owned() };
        assert_eq!(refused(&mut fake, &op).await, Errno::ENOENT);
        let there = fake.observe(&node(), &[key]).await.unwrap().unwrap();
        assert!(there.settings.is_empty());
    }
}
