use super::fault::{Fault, refuse};
use super::inside::{configure, revert};
use super::node::Namespace;
use super::running::Running;
use super::{links, settings};
use crate::kernel::{Cause, Kernel, KernelError, Observed};
use crate::lab::{NodeName, Port, SysctlKey};
use crate::plan::{Behaviour, Op};
use nix::errno::Errno;
use std::collections::BTreeMap;

/// A kernel that exists in memory only.
#[derive(Debug, Default)]
pub struct Fake {
    pub(super) nodes: BTreeMap<NodeName, Namespace>,
    running: Running,
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
        self.nodes.len() + inside + self.running.count()
    }

    /// The commands that were run, in order, with their nodes.
    pub fn commands(&self) -> &[(NodeName, String)] {
        &self.commands
    }

    /// How a backend treats its clients, if there is one.
    pub fn behaviour(&self, node: &NodeName, port: Port) -> Option<Behaviour> {
        self.running.behaviour(node, port)
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
            Op::StartBackend { node, backend } => {
                self.running_in(node)?.listen(node, backend.socket())
            }
            Op::CutCable { node, interface } => links::cut(self, node, interface),
            Op::Misbehave { node, port, behaviour } => self.running.behave(node, *port, *behaviour),
            Op::RunCommand { node, shell } => {
                self.namespace(node)?;
                self.commands.push((node.clone(), shell.clone()));
                Ok(())
            }
            Op::StartProcess { node, process } => self.running_in(node)?.run(node, process),
            Op::StartDaemon { node, daemon } => self.running_in(node)?.start(node, daemon),
            Op::KillDaemons { node } => {
                self.running.kill_daemons(node);
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
            Op::StartBackend { node, backend } => self.running.close(node, backend.socket()),
            Op::CutCable { node, interface } => links::plug_in_again(self, node, interface),
            Op::Misbehave { node, port, .. } => {
                // What is not there has nothing to leave off.
                let _ = self.running.behave(node, *port, Behaviour::default());
            }
            Op::StartProcess { node, process } => self.running.end(node, process),
            Op::StartDaemon { node, daemon } => self.running.stop(node, daemon),
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

    /// What runs, for something more to run in a node, which must be there.
    fn running_in(&mut self, node: &NodeName) -> Result<&mut Running, Cause> {
        self.namespace(node)?;
        Ok(&mut self.running)
    }

    /// A node's namespace, which must be there.
    pub(super) fn namespace(&mut self, node: &NodeName) -> Result<&mut Namespace, Cause> {
        self.nodes.get_mut(node).ok_or_else(|| refuse("open", Errno::ENOENT))
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
        self.running.observe(node, &mut observed);
        Ok(Some(observed))
    }
}
