use super::client::{Carrier, Clients, get};
use super::link::Link;
use super::pool::Pool;
use super::{Held, Sample, Sockets, TrafficError};
use crate::lab::{Connection, Endpoint, Request};
use futures::stream::{FuturesUnordered, TryStreamExt};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Sends the requests to an address and returns one sample for each, in the order of their
/// numbers. What happens to a request is in its sample; an error means that nothing was measured.
///
/// With a concurrency of 1 and new connections, a connection is closed on both sides before the
/// next one begins. Connections that the request holds ([`Connection::Held`]) are added to `held`.
/// Runs inside a tokio runtime with time and I/O; dropping it closes everything.
pub async fn send(
    request: &Request,
    to: Endpoint,
    sockets: &mut dyn Sockets,
    held: &mut Held,
) -> Result<Vec<Sample>, TrafficError> {
    let sending = Sending::new(request, to, sockets, held)?;
    sending.run().await?;
    Ok(sending.into_samples())
}

/// Requests that can be looked at while they are sent, and given up: see [`send`].
pub struct Sending<'a> {
    request: &'a Request,
    clients: Clients<'a>,
    held: Mutex<&'a mut Held>,
    next: AtomicUsize,
    begun: Instant,
    samples: Mutex<Vec<Sample>>,
}

impl<'a> Sending<'a> {
    /// Nothing is sent yet.
    pub fn new(
        request: &'a Request,
        to: Endpoint,
        sockets: &'a mut dyn Sockets,
        held: &'a mut Held,
    ) -> Result<Self, TrafficError> {
        let connections = match request.connection {
            Connection::New | Connection::Held => request.count as usize,
            Connection::KeepAlive => concurrency(request),
        };
        let pool = Pool::new(sockets, to, request.source_ports).foresee(connections);
        let (get, connection) =
            (get(&request.path, to.address, request.connection)?, request.connection);
        Ok(Self {
            request,
            clients: Clients { to, get, connection, pool: Mutex::new(pool) },
            held: Mutex::new(held),
            next: AtomicUsize::new(0),
            begun: Instant::now(),
            samples: Mutex::new(Vec::new()),
        })
    }

    /// Sends every request. Dropped, it gives up those that are under way.
    pub async fn run(&self) -> Result<(), TrafficError> {
        let clients = (0..concurrency(self.request)).map(|_| self.client());
        let running: FuturesUnordered<_> = clients.collect();
        running.try_collect().await
    }

    /// How many requests have ended.
    pub fn ended(&self) -> usize {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The samples of the requests that have ended, in the order of their numbers.
    pub fn into_samples(self) -> Vec<Sample> {
        let mut samples = self.samples.into_inner().unwrap_or_else(PoisonError::into_inner);
        samples.sort_by_key(|sample| sample.index);
        samples
    }

    /// One client: takes the next request until none is left.
    async fn client(&self) -> Result<(), TrafficError> {
        let mut kept = None;
        loop {
            let index = self.next.fetch_add(1, Relaxed);
            if index >= self.request.count as usize {
                return Ok(());
            }
            let (sample, link) = self.sample(index, self.clients.carrier(kept)?).await;
            self.samples.lock().unwrap_or_else(PoisonError::into_inner).push(sample);
            kept = match self.request.connection {
                Connection::Held => self.hold(link),
                Connection::New | Connection::KeepAlive => self.clients.keep(link).await,
            };
        }
    }

    /// Sets a connection aside, so that the next request gets a new one.
    fn hold(&self, link: Option<Link>) -> Option<Link> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        link.into_iter().for_each(|link| held.hold(link));
        None
    }

    async fn sample(&self, index: usize, carrier: Carrier) -> (Sample, Option<Link>) {
        let (connection, at) = (carrier.number(), Instant::now());
        let (outcome, link) = self.clients.ask(carrier, at + self.request.timeout).await;
        let (started, latency) = (at - self.begun, at.elapsed());
        let waited = Duration::ZERO;
        (Sample { index, connection, started, waited, latency, outcome }, link)
    }
}

/// How many clients send.
fn concurrency(request: &Request) -> usize {
    (request.concurrency.max(1) as usize).min(request.count as usize)
}
