use super::link::{Get, Link};
use super::pool::{Fresh, Pool};
use super::{Answer, Failure, Sample, Sockets, TrafficError};
use crate::lab::{Connection, Request};
use futures::stream::{FuturesUnordered, TryStreamExt};
use http_body_util::Empty;
use hyper::header::{CONNECTION, HOST, HeaderValue};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use tokio::time::{Instant, timeout_at};

/// Sends the requests to an address and returns one sample for each, in the order of their
/// numbers. What happens to a request is in its sample; an error means that nothing was measured.
///
/// With a concurrency of 1 and new connections, a connection is closed on both sides before the
/// next one begins. Runs inside a tokio runtime with time and I/O; dropping it closes everything.
pub async fn send(
    request: &Request,
    to: SocketAddr,
    sockets: &mut dyn Sockets,
) -> Result<Vec<Sample>, TrafficError> {
    let count = request.count as usize;
    let clients = (request.concurrency.max(1) as usize).min(count);
    let connections = match request.connection {
        Connection::New => count,
        Connection::KeepAlive => clients,
    };
    let pool = Pool::new(sockets, to.ip(), request.source_ports).foresee(connections);
    let errand = Errand {
        request,
        to,
        get: get(request, to)?,
        pool: Mutex::new(pool),
        next: AtomicUsize::new(0),
        begun: Instant::now(),
    };
    let running: FuturesUnordered<_> = (0..clients).map(|_| errand.client()).collect();
    let mut samples: Vec<Sample> = running.try_concat().await?;
    samples.sort_by_key(|sample| sample.index);
    Ok(samples)
}

fn get(request: &Request, to: SocketAddr) -> Result<Get, TrafficError> {
    let refused = || TrafficError::Path(request.path.clone());
    let path = Some(&request.path).filter(|path| path.starts_with('/')).ok_or_else(refused)?;
    let built = hyper::Request::get(path).header(HOST, to.to_string()).body(Empty::new());
    let mut get = built.map_err(|_| refused())?;
    if request.connection == Connection::New {
        get.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(get)
}

/// What the clients of one `send` share.
struct Errand<'a> {
    request: &'a Request,
    to: SocketAddr,
    get: Get,
    pool: Mutex<Pool<'a>>,
    next: AtomicUsize,
    begun: Instant,
}

/// What carries a request: a connection that was kept, or a socket for a new one.
enum Carrier {
    Kept(Link),
    Fresh(Fresh),
}

impl Errand<'_> {
    /// One client: takes the next request until none is left.
    async fn client(&self) -> Result<Vec<Sample>, TrafficError> {
        let mut samples = Vec::new();
        let mut kept = None;
        loop {
            let index = self.next.fetch_add(1, Relaxed);
            if index >= self.request.count as usize {
                return Ok(samples);
            }
            let (sample, link) = self.sample(index, self.carrier(kept)?).await;
            samples.push(sample);
            kept = self.keep(link).await;
        }
    }

    fn carrier(&self, kept: Option<Link>) -> Result<Carrier, TrafficError> {
        if let Some(link) = kept.and_then(Link::if_open) {
            return Ok(Carrier::Kept(link));
        }
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Carrier::Fresh(pool.take()?))
    }

    async fn sample(&self, index: usize, carrier: Carrier) -> (Sample, Option<Link>) {
        let connection = match &carrier {
            Carrier::Kept(link) => link.number,
            Carrier::Fresh(fresh) => fresh.number,
        };
        let at = Instant::now();
        let (outcome, link) = match self.ask(carrier, at + self.request.timeout).await {
            Ok((answer, link)) => (Ok(answer), Some(link)),
            Err(failure) => (Err(failure), None),
        };
        let (started, latency) = (at - self.begun, at.elapsed());
        (Sample { index, connection, started, latency, outcome }, link)
    }

    async fn ask(&self, carrier: Carrier, by: Instant) -> Result<(Answer, Link), Failure> {
        let mut link = match carrier {
            Carrier::Kept(link) => link,
            Carrier::Fresh(fresh) => timeout_at(by, Link::dial(fresh, self.to))
                .await
                .unwrap_or(Err(Failure::ConnectTimedOut))?,
        };
        let answered = timeout_at(by, link.exchange(self.get.clone())).await;
        Ok((answered.unwrap_or(Err(Failure::AnswerTimedOut))?, link))
    }

    async fn keep(&self, link: Option<Link>) -> Option<Link> {
        match self.request.connection {
            Connection::KeepAlive => link,
            Connection::New => {
                link?.close().await;
                None
            }
        }
    }
}
