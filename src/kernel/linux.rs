mod backends;
mod faults;
mod path;

use super::firewall::{self, Rule};
use super::ipvs::{self, Connection, Ipvs, IpvsTable};
use super::links::{self, Cable};
use super::netlink::Netlink;
use super::site::Sites;
use super::{
    BackendOrder, Cause, Kernel, KernelError, Names, Namespace, Observed, addresses, command,
    daemons, fou, limit, observe, routes, tunnel,
};
use crate::lab::{NetworkName, NodeName, SysctlKey, Timeouts};
use crate::plan::Op;
use nix::errno::Errno;
use std::path::PathBuf;
use tokio::sync::mpsc::UnboundedSender;

/// The running kernel, and one lab on it. It needs root and a tokio runtime.
pub struct Linux {
    sites: Sites,
    backends: Option<UnboundedSender<BackendOrder>>,
}

impl Linux {
    /// For the process that holds a lab: whoever serves backends takes its orders from
    /// `backends`. Raises the limit of open files, of which each node takes a few.
    pub fn new(names: Names, backends: UnboundedSender<BackendOrder>) -> Self {
        limit::raise_open_files();
        Self { sites: Sites::new(names), backends: Some(backends) }
    }

    /// For a process that looks at a lab, changes or removes it, but cannot start backends.
    pub fn open(names: Names) -> Self {
        limit::raise_open_files();
        Self { sites: Sites::new(names), backends: None }
    }

    /// Closes the connections into the nodes; they are opened again when needed. They hold
    /// memory, and keep a namespace alive that someone else removes.
    pub fn rest(&mut self) {
        self.sites.close();
    }

    /// Reads a director's whole IPVS table.
    pub async fn ipvs_table(&mut self, node: &NodeName) -> Result<IpvsTable, KernelError> {
        let read = async { self.ipvs(node).await?.table().await };
        read.await.map_err(failed("read the IPVS table", node))
    }

    /// Reads the connections that a director remembers.
    pub fn ipvs_connections(&mut self, node: &NodeName) -> Result<Vec<Connection>, KernelError> {
        let read = self.place(node).and_then(ipvs::connections);
        read.map_err(failed("read the IPVS connections", node))
    }

    /// Reads a director's timeouts.
    pub async fn ipvs_timeouts(&mut self, node: &NodeName) -> Result<Timeouts, KernelError> {
        let read = async { self.ipvs(node).await?.timeouts().await };
        read.await.map_err(failed("read the IPVS timeouts", node))
    }

    /// Sets a director's timeouts; zero leaves one as it is.
    pub async fn set_ipvs_timeouts(
        &mut self,
        node: &NodeName,
        to: Timeouts,
    ) -> Result<(), KernelError> {
        let set = async { self.ipvs(node).await?.set_timeouts(to).await };
        set.await.map_err(failed("set the IPVS timeouts", node))
    }

    /// Empties a director's IPVS table.
    pub async fn flush_ipvs(&mut self, node: &NodeName) -> Result<(), KernelError> {
        let flushed = async { self.ipvs(node).await?.flush().await };
        flushed.await.map_err(failed("empty the IPVS table", node))
    }

    async fn make(&mut self, op: &Op) -> Result<(), Cause> {
        match op {
            Op::CreateNamespace { node } => self.create_namespace(node),
            Op::CreateBridge { network, mtu } => {
                links::create_bridge(self.switch()?, network, *mtu)
            }
            Op::Connect { node, interface, network, mtu } => {
                let namespace = &self.sites.get(node)?.namespace.clone();
                let port = links::port(node, interface);
                let cable = Cable { interface, namespace, port, mtu: *mtu };
                self.plug_in(node, network, &cable)
            }
            Op::SetLinkUp { node, interface } => tunnel::set_up(self.links(node)?, interface),
            Op::TakeAny { node, interface } => {
                tunnel::take(self.place(node)?, interface, "any").await
            }
            Op::OpenGue { node, port } => fou::open(self.place(node)?, *port),
            Op::AddAddress { node, interface, address } => {
                addresses::add(self.links(node)?, interface, *address)
            }
            Op::AddRoute { node, destination, via } => {
                routes::add(self.links(node)?, *destination, *via)
            }
            Op::SetSysctl { node, key, value } => self.sites.get(node)?.set(key, value),
            Op::SetTimeouts { node, timeouts } => {
                self.ipvs(node).await?.set_timeouts(*timeouts).await
            }
            Op::AddSourceNat { node, service } => {
                firewall::add(self.place(node)?, &Rule::SourceNat(*service)).await
            }
            Op::MarkPackets { node, packets } => {
                firewall::add(self.place(node)?, &Rule::Mark(packets.clone())).await
            }
            Op::AddService { node, service } => self.ipvs(node).await?.put_service(service).await,
            Op::AddDestination { node, service, destination } => {
                self.ipvs(node).await?.put_destination(service, destination).await
            }
            Op::StartBackend { node, backend } => self.start_backend(node, backend),
            Op::StartProcess { node, process } => {
                let lab = self.sites.names.directory().to_owned();
                daemons::start_process(self.place(node)?, (&lab, node), process).await
            }
            Op::RunCommand { node, shell } => command::run(self.place(node)?, shell).await,
            Op::StartDaemon { node, daemon } => {
                let directory = self.daemons(node);
                daemons::start(self.place(node)?, &directory, daemon).await
            }
            Op::AwaitAddress { node, others, address, election } => {
                let directors: Vec<_> = std::iter::once(node).chain(others).collect();
                daemons::await_address(&mut self.sites, &directors, (*address, *election)).await
            }
            Op::KillDaemons { node } => daemons::kill_all(&self.daemons(node)),
            Op::ForgetConnections { .. }
            | Op::CutCable { .. }
            | Op::Misbehave { .. }
            | Op::Impair { .. } => self.disturb(op).await,
        }
    }

    /// A setting keeps its value: what it was before is not known, and it goes with the namespace.
    async fn unmake(&mut self, op: &Op) -> Result<(), Cause> {
        match op {
            Op::CreateNamespace { node } => self.sites.remove(node),
            Op::CreateBridge { network, .. } => links::delete(self.switch()?, network.as_str()),
            Op::Connect { node, interface, .. } => self.unplug(node, interface),
            Op::SetLinkUp { node, interface } => links::set_down(self.links(node)?, interface),
            Op::TakeAny { node, interface } => {
                tunnel::take(self.place(node)?, interface, "ip6ip6").await
            }
            Op::OpenGue { node, port } => fou::close(self.place(node)?, *port),
            Op::AddAddress { node, interface, address } => {
                addresses::remove(self.links(node)?, interface, *address)
            }
            Op::AddRoute { node, destination, via } => {
                routes::remove(self.links(node)?, *destination, *via)
            }
            Op::SetSysctl { .. } => Ok(()),
            Op::SetTimeouts { node, .. } => {
                self.ipvs(node).await?.set_timeouts(Timeouts::default()).await
            }
            Op::AddSourceNat { node, service } => {
                firewall::remove(self.place(node)?, &Rule::SourceNat(*service)).await
            }
            Op::MarkPackets { node, packets } => {
                firewall::remove(self.place(node)?, &Rule::Mark(packets.clone())).await
            }
            Op::AddService { node, service } => {
                self.ipvs(node).await?.delete_service(&service.key).await
            }
            Op::AddDestination { node, service, destination } => {
                self.ipvs(node).await?.delete_destination(service, destination.address).await
            }
            Op::StartBackend { node, backend } => self.stop_backend(node, backend).await,
            Op::StartProcess { node, process } => {
                let directory = self.processes(node);
                daemons::stop_process(&directory, &process.program, self.place(node).ok()).await
            }
            Op::RunCommand { node, .. } => command::end_leftovers(self.place(node)?),
            Op::StartDaemon { node, daemon } => {
                daemons::stop(&self.daemons(node), daemon.name()).await
            }
            Op::AwaitAddress { .. } | Op::KillDaemons { .. } => Ok(()),
            Op::ForgetConnections { .. }
            | Op::CutCable { .. }
            | Op::Misbehave { .. }
            | Op::Impair { .. } => self.mend(op).await,
        }
    }

    fn create_namespace(&mut self, node: &NodeName) -> Result<(), Cause> {
        let site = self.sites.create(node)?;
        if *node == NodeName::switch() {
            links::forbid_ipv6(site)?;
        }
        links::set_up(&site.netlink, "lo")
    }

    fn plug_in(
        &mut self,
        node: &NodeName,
        network: &NetworkName,
        cable: &Cable<'_>,
    ) -> Result<(), Cause> {
        links::plug_in(self.switch()?, network, cable)?;
        links::bring_up_quietly(self.links(node)?, cable.interface)
    }

    /// Either end takes the other along, and either namespace may have lost its name.
    fn unplug(&mut self, node: &NodeName, interface: &str) -> Result<(), Cause> {
        let port = links::port(node, interface);
        for (node, link) in [(node, interface), (&NodeName::switch(), &port)] {
            let deleted = match self.links(node) {
                Ok(netlink) => links::delete(netlink, link),
                Err(cause) => Err(cause),
            };
            unless_absent(deleted)?;
        }
        Ok(())
    }

    /// Where a director's daemons keep their files.
    fn daemons(&self, node: &NodeName) -> PathBuf {
        daemons::directory(self.sites.names.directory(), node)
    }

    /// Where a node's processes keep their logs.
    fn processes(&self, node: &NodeName) -> PathBuf {
        daemons::processes_directory(self.sites.names.directory(), node)
    }

    fn place(&mut self, node: &NodeName) -> Result<&Namespace, Cause> {
        Ok(&self.sites.get(node)?.namespace)
    }

    fn links(&mut self, node: &NodeName) -> Result<&Netlink, Cause> {
        Ok(&self.sites.get(node)?.netlink)
    }

    fn switch(&mut self) -> Result<&Netlink, Cause> {
        self.links(&NodeName::switch())
    }

    async fn ipvs(&mut self, node: &NodeName) -> Result<&Ipvs, Cause> {
        self.sites.get(node)?.ipvs().await
    }
}

impl Kernel for Linux {
    async fn apply(&mut self, op: &Op) -> Result<(), KernelError> {
        let made = self.make(op).await;
        made.map_err(|cause| KernelError { action: op.to_string(), node: op.node(), cause })
    }

    async fn undo(&mut self, op: &Op) -> Result<(), KernelError> {
        let unmade = unless_absent(self.unmake(op).await);
        unmade.map_err(|cause| KernelError { action: op.undoing(), node: op.node(), cause })
    }

    async fn observe(
        &mut self,
        node: &NodeName,
        settings: &[SysctlKey],
    ) -> Result<Option<Observed>, KernelError> {
        let observed = async {
            self.sites.look_again(node)?;
            match self.sites.get(node) {
                Ok(site) => {
                    let mut observed = observe::node(site, settings).await?;
                    observed.daemons = daemons::running(&self.daemons(node))?;
                    observed.processes = daemons::running(&self.processes(node))?;
                    Ok(Some(observed))
                }
                Err(Cause::NoNamespace) => Ok(None),
                Err(cause) => Err(cause),
            }
        };
        observed.await.map_err(failed("read the state back", node))
    }
}

/// What is not there any more counts as undone.
fn unless_absent(undone: Result<(), Cause>) -> Result<(), Cause> {
    let absent = [Errno::ENODEV, Errno::EADDRNOTAVAIL, Errno::ESRCH, Errno::ENOENT];
    match undone {
        Err(Cause::NoIpvs | Cause::NoNamespace | Cause::NoBackend { .. }) => Ok(()),
        Err(cause) if cause.number().is_some_and(|n| absent.contains(&n)) => Ok(()),
        other => other,
    }
}

fn failed(action: &str, node: &NodeName) -> impl FnOnce(Cause) -> KernelError + use<> {
    let (action, node) = (action.to_owned(), node.clone());
    move |cause| KernelError { action, node, cause }
}
