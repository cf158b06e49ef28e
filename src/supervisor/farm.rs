use crate::backend::{BackendError, Counters, Identity, serve};
use crate::kernel::BackendOrder;
use crate::lab::NodeName;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// The backends of a process.
#[derive(Clone, Debug, Default)]
pub struct Farm(Arc<Mutex<BTreeMap<(NodeName, u16), Running>>>);

/// A backend that is being served.
#[derive(Debug)]
struct Running {
    counters: Counters,
    task: JoinHandle<Result<(), BackendError>>,
}

/// How a backend is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendStatus {
    /// The real server.
    pub node: NodeName,
    /// The port.
    pub port: u16,
    /// Requests received.
    pub requests: u64,
    /// Connections accepted.
    pub connections: u64,
}

impl Farm {
    /// An empty farm, and where to send orders for it. Needs a tokio runtime, in which it works
    /// until nobody can send orders any more.
    pub fn open() -> (Self, UnboundedSender<BackendOrder>) {
        let (sender, orders) = unbounded_channel();
        let farm = Self::default();
        tokio::spawn(farm.clone().work(orders));
        (farm, sender)
    }

    /// How each backend is, by node and port.
    pub fn status(&self) -> Vec<BackendStatus> {
        let status = |((node, port), running): (&(NodeName, u16), &Running)| BackendStatus {
            node: node.clone(),
            port: *port,
            requests: running.counters.requests(),
            connections: running.counters.connections(),
        };
        self.running().iter().map(status).collect()
    }

    async fn work(self, mut orders: UnboundedReceiver<BackendOrder>) {
        while let Some(order) = orders.recv().await {
            match order {
                BackendOrder::Start { node, backend, listener } => {
                    let identity = Identity { name: node.clone(), vips: backend.vips };
                    let counters = Counters::default();
                    let served = serve(listener, identity, counters.clone(), pending());
                    let running = Running { counters, task: tokio::spawn(served) };
                    self.running().insert((node, backend.port), running);
                }
                BackendOrder::Stop { node, port, closed } => {
                    self.stop(&(node, port)).await;
                    // Whoever gave the order may not care any more.
                    let _ = closed.send(());
                }
            }
        }
    }

    /// Stops a backend, and returns when its listener is closed.
    async fn stop(&self, key: &(NodeName, u16)) {
        let running = self.running().remove(key);
        if let Some(running) = running {
            running.task.abort();
            let _ = running.task.await;
        }
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<(NodeName, u16), Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Backend;
    use std::net::{SocketAddr, TcpListener};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::oneshot;

    fn start(orders: &UnboundedSender<BackendOrder>, listener: TcpListener) {
        let backend = Backend { port: 80, vips: Vec::new() };
        let node = "rs1".parse().unwrap();
        orders.send(BackendOrder::Start { node, backend, listener }).unwrap();
    }

    async fn ask(address: SocketAddr) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_backend_serves_counts_and_gives_its_port_back() {
        let (farm, orders) = Farm::open();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        start(&orders, listener);
        assert!(ask(address).await.ends_with("\r\n\r\nrs1\n"));
        let node: NodeName = "rs1".parse().unwrap();
        let status = BackendStatus { node: node.clone(), port: 80, requests: 1, connections: 1 };
        assert_eq!(farm.status(), [status]);

        let (closed, seen) = oneshot::channel();
        orders.send(BackendOrder::Stop { node, port: 80, closed }).unwrap();
        seen.await.unwrap();
        assert_eq!(farm.status(), []);
        start(&orders, TcpListener::bind(address).unwrap());
        assert!(ask(address).await.ends_with("rs1\n"));
    }
}
