use super::ipvs::{self, Connection, IpvsTable, IpvsTimeouts};
use super::links::{self, Cable};
use super::site::{Site, Sites};
use super::{
    BackendOrder, Cause, Kernel, KernelError, Names, Observed, action, addresses, command, limit,
    listener, observe, processes, routes, source_nat, sysctl,
};
use crate::lab::{NetworkName, NodeName, SysctlKey};
use crate::plan::{Backend, Op};
use nix::errno::Errno;
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
        let read = async { self.sites.get(node)?.ipvs().await?.table().await };
        read.await.map_err(failed("read the IPVS table", node))
    }

    /// Reads the connections that a director remembers.
    pub fn ipvs_connections(&mut self, node: &NodeName) -> Result<Vec<Connection>, KernelError> {
        let site = self.sites.get(node);
        let read = site.and_then(|site| ipvs::connections(&site.namespace));
        read.map_err(failed("read the IPVS connections", node))
    }

    /// Reads a director's timeouts.
    pub async fn ipvs_timeouts(&mut self, node: &NodeName) -> Result<IpvsTimeouts, KernelError> {
        let read = async { self.sites.get(node)?.ipvs().await?.timeouts().await };
        read.await.map_err(failed("read the IPVS timeouts", node))
    }

    /// Sets a director's timeouts; zero leaves one as it is.
    pub async fn set_ipvs_timeouts(
        &mut self,
        node: &NodeName,
        to: IpvsTimeouts,
    ) -> Result<(), KernelError> {
        let set = async { self.sites.get(node)?.ipvs().await?.set_timeouts(to).await };
        set.await.map_err(failed("set the IPVS timeouts", node))
    }

    /// Empties a director's IPVS table.
    pub async fn flush_ipvs(&mut self, node: &NodeName) -> Result<(), KernelError> {
        let flushed = async { self.sites.get(node)?.ipvs().await?.flush().await };
        flushed.await.map_err(failed("empty the IPVS table", node))
    }

    async fn make(&mut self, op: &Op) -> Result<(), Cause> {
        match op {
            Op::CreateNamespace { node } => self.create_namespace(node).await,
            Op::CreateBridge { network, mtu } => {
                links::create_bridge(&self.switch()?.netlink, network, *mtu).await
            }
            Op::Connect { node, interface, network, mtu } => {
                let cable = Cable {
                    interface,
                    namespace: &self.sites.get(node)?.namespace.clone(),
                    port: links::port(node, interface),
                    mtu: *mtu,
                };
                self.plug_in(node, network, &cable).await
            }
            Op::StartBackend { node, backend } => self.start_backend(node, backend),
            op => configure(self.sites.get(&op.node())?, op).await,
        }
    }

    async fn create_namespace(&mut self, node: &NodeName) -> Result<(), Cause> {
        let site = self.sites.create(node)?;
        if *node == NodeName::switch() {
            links::forbid_ipv6(&site.namespace)?;
        }
        links::set_up(&site.netlink, "lo").await
    }

    async fn plug_in(
        &mut self,
        node: &NodeName,
        network: &NetworkName,
        cable: &Cable<'_>,
    ) -> Result<(), Cause> {
        links::plug_in(&self.switch()?.netlink, network, cable).await?;
        links::bring_up_quietly(&self.sites.get(node)?.netlink, cable.interface).await
    }

    fn start_backend(&mut self, node: &NodeName, backend: &Backend) -> Result<(), Cause> {
        let listener = listener::open(&self.sites.get(node)?.namespace, backend.port)?;
        let (node, backend) = (node.clone(), backend.clone());
        self.order(BackendOrder::Start { node, backend, listener })
    }

    fn order(&self, order: BackendOrder) -> Result<(), Cause> {
        let nobody = || Cause::Other("nobody serves backends here".to_owned());
        let backends = self.backends.as_ref().ok_or_else(nobody)?;
        backends.send(order).map_err(|_| nobody())
    }

    fn switch(&mut self) -> Result<&mut Site, Cause> {
        self.sites.get(&NodeName::switch())
    }

    async fn unmake(&mut self, op: &Op) -> Result<(), Cause> {
        match op {
            Op::CreateNamespace { node } => self.sites.remove(node),
            Op::StartBackend { node, backend } if self.backends.is_some() => {
                self.order(BackendOrder::Stop { node: node.clone(), port: backend.port })
            }
            op => match self.sites.find(&op.node())? {
                Some(site) => unless_absent(revert(site, op).await),
                None => Ok(()),
            },
        }
    }
}

impl Kernel for Linux {
    async fn apply(&mut self, op: &Op) -> Result<(), KernelError> {
        let made = self.make(op).await;
        made.map_err(|cause| KernelError { action: action::of(op), node: op.node(), cause })
    }

    async fn undo(&mut self, op: &Op) -> Result<(), KernelError> {
        let unmade = self.unmake(op).await;
        unmade.map_err(|cause| KernelError { action: action::against(op), node: op.node(), cause })
    }

    async fn observe(
        &mut self,
        node: &NodeName,
        settings: &[SysctlKey],
    ) -> Result<Option<Observed>, KernelError> {
        let observed = async {
            match self.sites.find(node)? {
                Some(site) => observe::node(site, settings).await.map(Some),
                None => Ok(None),
            }
        };
        observed.await.map_err(failed("read the state back", node))
    }
}

/// What works inside one node that is there.
async fn configure(site: &mut Site, op: &Op) -> Result<(), Cause> {
    match op {
        Op::SetLinkUp { interface, .. } => links::set_up(&site.netlink, interface).await,
        Op::AddAddress { interface, address, .. } => {
            addresses::add(&site.netlink, interface, *address).await
        }
        Op::AddRoute { destination, via, .. } => {
            routes::add(&site.netlink, *destination, *via).await
        }
        Op::SetSysctl { key, value, .. } => sysctl::write(&site.namespace, key, value),
        Op::AddSourceNat { service, .. } => source_nat::add(&site.namespace, service).await,
        Op::AddService { service, .. } => site.ipvs().await?.put_service(service).await,
        Op::AddDestination { service, destination, .. } => {
            site.ipvs().await?.put_destination(service, destination).await
        }
        Op::RunCommand { shell, .. } => command::run(&site.namespace, shell).await,
        Op::CreateNamespace { .. }
        | Op::CreateBridge { .. }
        | Op::Connect { .. }
        | Op::StartBackend { .. } => Ok(()),
    }
}

/// Takes back what was done in a node that is still there. A setting keeps its value: what it
/// was before is not known, and it goes with the namespace.
async fn revert(site: &mut Site, op: &Op) -> Result<(), Cause> {
    match op {
        Op::CreateBridge { network, .. } => links::delete(&site.netlink, network.as_str()).await,
        Op::Connect { interface, .. } => links::delete(&site.netlink, interface).await,
        Op::SetLinkUp { interface, .. } => links::set_down(&site.netlink, interface).await,
        Op::AddAddress { interface, address, .. } => {
            addresses::remove(&site.netlink, interface, *address).await
        }
        Op::AddRoute { destination, via, .. } => {
            routes::remove(&site.netlink, *destination, *via).await
        }
        Op::AddSourceNat { service, .. } => source_nat::remove(&site.namespace, service).await,
        Op::AddService { service, .. } => site.ipvs().await?.delete_service(&service.key).await,
        Op::AddDestination { service, destination, .. } => {
            site.ipvs().await?.delete_destination(service, destination.address).await
        }
        Op::RunCommand { .. } => processes::end_marked(&site.namespace),
        Op::SetSysctl { .. } | Op::CreateNamespace { .. } | Op::StartBackend { .. } => Ok(()),
    }
}

/// What is not there any more counts as undone.
fn unless_absent(undone: Result<(), Cause>) -> Result<(), Cause> {
    let absent = [Errno::ENODEV, Errno::EADDRNOTAVAIL, Errno::ESRCH, Errno::ENOENT];
    match undone {
        Err(Cause::NoIpvs) => Ok(()),
        Err(cause) if cause.number().is_some_and(|n| absent.contains(&n)) => Ok(()),
        other => other,
    }
}

fn failed(action: &str, node: &NodeName) -> impl FnOnce(Cause) -> KernelError + use<> {
    let (action, node) = (action.to_owned(), node.clone());
    move |cause| KernelError { action, node, cause }
}
