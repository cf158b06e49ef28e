use super::control::BackendStatus;
use crate::backend::{self, Counters, Identity, Site, Tiers};
use crate::kernel::{BackendOrder, Door};
use crate::lab::{NodeName, Port, Protocol};
use crate::plan::{Backend, Behaviour, Upstream};
use futures::FutureExt;
use futures::future::join_all;
use std::collections::BTreeMap;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// The backends of a lab, all of them in this process.
#[derive(Clone, Debug, Default)]
pub struct Backends(Arc<Mutex<BTreeMap<(NodeName, Port), Serving>>>);

/// One that is served.
#[derive(Debug)]
struct Serving {
    counters: Counters,
    behaviour: watch::Sender<Behaviour>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Serving {
    /// Stops serving, and returns when the listener is closed.
    async fn end(self) {
        drop(self.stop);
        // A task that panicked has closed its listener too.
        let _ = self.task.await;
    }
}

impl Backends {
    /// Serves what is ordered, until nobody can order any more. Runs inside a tokio runtime.
    pub async fn serve(self, mut orders: UnboundedReceiver<BackendOrder>) {
        while let Some(order) = orders.recv().await {
            match order {
                BackendOrder::Start { node, backend, sockets, door } => {
                    self.start(node, backend, (sockets, door));
                }
                BackendOrder::Behave { node, port, behaviour, done } => {
                    if let Some(serving) = self.all().get(&(node, port)) {
                        serving.behaviour.send_replace(behaviour);
                        let _ = done.send(());
                    }
                }
                BackendOrder::Stop { node, port, closed } => {
                    let serving = self.all().remove(&(node, port));
                    tokio::spawn(async move {
                        if let Some(serving) = serving {
                            serving.end().await;
                        }
                        drop(closed);
                    });
                }
            }
        }
    }

    fn start(&self, node: NodeName, backend: Backend, (sockets, door): (Vec<OwnedFd>, Door)) {
        let counters = Counters::default();
        let (stop, stopped) = oneshot::channel::<()>();
        let (key, counted) = ((node.clone(), backend.socket()), counters.clone());
        let (behaviour, told) = watch::channel(Behaviour::default());
        let identity = Identity { name: node, vips: backend.vips };
        let tiers = tiers(backend.upstream, door);
        let answers = backend.answers.into();
        let site = Site { identity, counters, behaviour: told, tiers, answers };
        let stopped = stopped.shared();
        let each = move |socket| {
            serve_on(socket, backend.protocol, site.clone(), stopped.clone().map(drop))
        };
        let task = tokio::spawn(join_all(sockets.into_iter().map(each)).map(drop));
        self.all().insert(key, Serving { counters: counted, behaviour, stop, task });
    }

    /// How they are doing.
    pub fn status(&self) -> Vec<BackendStatus> {
        let status = |((node, port), serving): (&(NodeName, Port), &Serving)| BackendStatus {
            node: node.clone(),
            port: port.number,
            protocol: port.protocol,
            connections: serving.counters.connections(),
            requests: serving.counters.requests(),
            behaviour: *serving.behaviour.borrow(),
        };
        self.all().iter().map(status).collect()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<(NodeName, Port), Serving>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves on one of a backend's sockets until it is to stop.
async fn serve_on(
    socket: OwnedFd,
    protocol: Protocol,
    site: Site,
    shutdown: impl Future<Output = ()>,
) {
    let served = match protocol {
        Protocol::Udp => backend::serve_datagrams(socket.into(), site, shutdown).await,
        Protocol::Tcp | Protocol::Sctp => backend::serve(socket.into(), site, shutdown).await,
    };
    if let Err(error) = served {
        drop(writeln!(std::io::stderr(), "{error}"));
    }
}

/// Whom a backend asks, and from where. One that asks nobody holds no namespace open.
fn tiers(upstream: Vec<Upstream>, door: Door) -> Tiers {
    let open: backend::Door = Arc::new(move |to| door.socket(to));
    let door = (!upstream.is_empty()).then_some(open);
    Tiers { upstream, door }
}
