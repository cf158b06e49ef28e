use super::Linux;
use crate::kernel::listener::{self, Door};
use crate::kernel::{BackendOrder, Cause};
use crate::lab::NodeName;
use crate::plan::Backend;
use tokio::sync::oneshot;

impl Linux {
    /// Hands sockets that were made inside the node to whoever serves backends.
    pub(super) fn start_backend(
        &mut self,
        node: &NodeName,
        backend: &Backend,
    ) -> Result<(), Cause> {
        let site = self.sites.get(node)?;
        let sockets = listener::open(site, backend.socket())?;
        let door = Door::of(&site.namespace);
        let (node, backend) = (node.clone(), backend.clone());
        self.order(BackendOrder::Start { node, backend, sockets, door })
    }

    /// A process that cannot start backends has none to stop.
    pub(super) async fn stop_backend(
        &mut self,
        node: &NodeName,
        backend: &Backend,
    ) -> Result<(), Cause> {
        if self.backends.is_none() {
            return Ok(());
        }
        let (closed, seen) = oneshot::channel();
        self.order(BackendOrder::Stop { node: node.clone(), port: backend.socket(), closed })?;
        // Whoever drops the order has nothing to close.
        let _ = seen.await;
        Ok(())
    }

    pub(super) fn order(&self, order: BackendOrder) -> Result<(), Cause> {
        let nobody = || Cause::Other("nobody serves backends here".to_owned());
        let backends = self.backends.as_ref().ok_or_else(nobody)?;
        backends.send(order).map_err(|_| nobody())
    }
}
