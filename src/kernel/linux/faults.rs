use super::Linux;
use crate::kernel::{BackendOrder, Cause, forget, links, netem};
use crate::lab::{NodeName, Port};
use crate::plan::{Behaviour, Op};
use tokio::sync::oneshot;

impl Linux {
    /// Breaks something on purpose.
    pub(super) async fn disturb(&mut self, op: &Op) -> Result<(), Cause> {
        match op {
            Op::ForgetConnections { node } => forget::forget(self.sites.get(node)?).await,
            Op::CutCable { node, interface } => {
                links::set_down(self.switch()?, &links::port(node, interface))
            }
            Op::Misbehave { node, port, behaviour } => self.behave(node, *port, *behaviour).await,
            Op::Impair { node, interface, delay, loss } => {
                netem::impair(self.links(node)?, interface, *delay, *loss)
            }
            _ => Ok(()),
        }
    }

    /// Mends it. What a director forgot stays forgotten.
    pub(super) async fn mend(&mut self, op: &Op) -> Result<(), Cause> {
        match op {
            Op::CutCable { node, interface } => {
                links::set_up(self.switch()?, &links::port(node, interface))
            }
            Op::Misbehave { node, port, .. } => {
                self.behave(node, *port, Behaviour::default()).await
            }
            Op::Impair { node, interface, .. } => netem::spare(self.links(node)?, interface),
            _ => Ok(()),
        }
    }

    async fn behave(&self, node: &NodeName, port: Port, behaviour: Behaviour) -> Result<(), Cause> {
        let (done, seen) = oneshot::channel();
        self.order(BackendOrder::Behave { node: node.clone(), port, behaviour, done })?;
        let absent = |_| Cause::NoBackend { port };
        seen.await.map_err(absent)
    }
}
