use super::answer::answer;
use super::{BackendError, Counters, Identity, Tiers};
use crate::lab::Answer;
use crate::plan::Behaviour;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How long open connections may go on once a backend is told to stop.
const GRACE: Duration = Duration::from_millis(500);

/// How long accepting rests after it failed, as when the process has no descriptor left: the
/// connection stays in the queue, and asking again at once would only burn the processor.
const REST: Duration = Duration::from_millis(20);

/// What a backend is, counts and does.
#[derive(Clone, Debug)]
pub struct Site {
    /// Who it says it is.
    pub identity: Identity,
    /// Where it counts.
    pub counters: Counters,
    /// How it treats its clients, those on open connections too. When the sender goes, it stays as
    /// it is.
    pub behaviour: watch::Receiver<Behaviour>,
    /// Whom it asks before it answers.
    pub tiers: Tiers,
    /// What it answers on the paths that health checks ask for.
    pub answers: Arc<[Answer]>,
}

/// What every connection of a backend shares.
pub(super) struct Shared {
    pub(super) site: Site,
    pub(super) stopping: watch::Receiver<()>,
}

/// One connection, as the answers need to know it.
#[derive(Clone)]
pub(super) struct Exchange {
    pub(super) shared: Arc<Shared>,
    /// The server's own address and port.
    pub(super) local: SocketAddr,
    /// The client's address and port, as the server sees them.
    pub(super) peer: SocketAddr,
}

impl Exchange {
    fn new(shared: Arc<Shared>, stream: &TcpStream) -> io::Result<Self> {
        let local = canonical(stream.local_addr()?);
        Ok(Self { shared, local, peer: canonical(stream.peer_addr()?) })
    }

    pub(super) fn identity(&self) -> &Identity {
        &self.shared.site.identity
    }

    /// What is answered on a path and query that a health check asks for.
    pub(super) fn answer(&self, path: &str) -> Option<&Answer> {
        self.shared.site.answers.iter().find(|answer| answer.path == path)
    }

    pub(super) fn tiers(&self) -> &Tiers {
        &self.shared.site.tiers
    }

    pub(super) fn behaviour(&self) -> &watch::Receiver<Behaviour> {
        &self.shared.site.behaviour
    }
}

/// Serves HTTP/1.1 on a listener, of TCP or of SCTP (one-to-one style, RFC 6458 section 4), until
/// `shutdown` is done; then the listener is closed at once, and open connections get half a second.
/// Runs inside a tokio runtime with time and I/O.
pub async fn serve(
    listener: std::net::TcpListener,
    site: Site,
    shutdown: impl Future<Output = ()>,
) -> Result<(), BackendError> {
    let node = site.identity.name.clone();
    let listener = adopt(listener).map_err(|cause| BackendError { node, cause })?;
    let (stop, stopping) = watch::channel(());
    let shared = Arc::new(Shared { site, stopping });
    tokio::select! {
        never = accept(&listener, &shared) => match never {},
        () = shutdown => {}
    }
    drop((listener, shared));
    stop.send_replace(());
    stop.closed().await;
    Ok(())
}

fn adopt(listener: std::net::TcpListener) -> io::Result<TcpListener> {
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

async fn accept(listener: &TcpListener, shared: &Arc<Shared>) -> Infallible {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                shared.site.counters.count_connection();
                tokio::spawn(converse(stream, Arc::clone(shared)));
            }
            Err(_) => tokio::time::sleep(REST).await,
        }
    }
}

/// Serves one connection. What goes wrong on it is the client's affair: it sees the connection
/// end, and the next one is served as ever.
async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    let mut stopping = shared.stopping.clone();
    let Ok(exchange) = Exchange::new(shared, &stream) else { return };
    // An answer in several writes must not wait for the client's delayed acknowledgement. A
    // connection of SCTP, which does not know this option, has its own from the listener.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let exchange = exchange.clone();
        async move {
            exchange.shared.site.counters.count_request();
            Ok::<_, Infallible>(answer(&request, &exchange).await)
        }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = tokio::time::timeout(GRACE, connection).await;
}

/// A listener on `[::]` sees IPv4 clients as `::ffff:a.b.c.d`; people do not.
pub(super) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
