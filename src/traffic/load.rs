use super::client::{Clients, get};
use super::link::{Get, Link};
use super::pool::Pool;
use super::{Failure, Sample, Sockets, TrafficError};
use crate::lab::{Connection, Endpoint, Load, SourcePorts};
use futures::stream::{FuturesUnordered, TryStreamExt};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// How many sockets are made at once: more would be made longer than requests are apart.
const BATCH: usize = 16;

/// Requests at a steady pace, in the background of whatever else the runtime does. They end when
/// this is dropped.
///
/// Request n is due at the begin plus n / rate, and its time runs from then on, whether or not a
/// client is free to send it: a server that answers nobody makes later requests wait, and so their
/// waiting is in their latencies and their timeouts, and does not hide the outage ("coordinated
/// omission"). Since the clients are few, a request that is sent late has only the rest of its
/// time left, so that in an outage something is asked all the time.
pub struct RunningLoad {
    begun: Instant,
    progress: Arc<Mutex<Progress>>,
    stop: watch::Sender<Option<Instant>>,
    task: JoinHandle<()>,
}

/// What came of a load so far.
#[derive(Default)]
struct Progress {
    samples: Vec<Sample>,
    error: Option<TrafficError>,
}

impl RunningLoad {
    /// Begins. Runs inside a tokio runtime with time and I/O.
    ///
    /// # Errors
    /// If no request can carry the path.
    pub fn begin(
        load: &Load,
        to: Endpoint,
        mut sockets: Box<dyn Sockets>,
    ) -> Result<Self, TrafficError> {
        let get = get(&load.path, to.address, load.connection)?;
        let (load, progress) = (load.clone(), Arc::new(Mutex::new(Progress::default())));
        let (stop, stopped) = watch::channel(None);
        let (begun, shared) = (Instant::now(), progress.clone());
        let task = tokio::spawn(async move {
            let pace = Pace { load: &load, begun, stopped };
            let clients = clients(&load, to, get, &mut *sockets);
            let errand = Errand { pace, clients, next: AtomicUsize::new(0), progress: &shared };
            if let Err(error) = errand.run().await {
                lock(&shared).error = Some(error);
            }
        });
        Ok(Self { begun, progress, stop, task })
    }

    /// When it began.
    pub fn begun(&self) -> std::time::Instant {
        self.begun.into_std()
    }

    /// The requests that have ended so far, in the order of their ends.
    ///
    /// # Errors
    /// Why it could not go on.
    pub fn samples(&self) -> Result<Vec<Sample>, String> {
        let progress = lock(&self.progress);
        match &progress.error {
            Some(error) => Err(error.to_string()),
            None => Ok(progress.samples.clone()),
        }
    }

    /// Ends it: requests that are due by now are sent still, and those under way come to their
    /// end, so that this takes no longer than the timeout of one.
    pub async fn stop(&mut self) {
        let _ = self.stop.send(Some(Instant::now()));
        let _ = (&mut self.task).await;
    }
}

impl Drop for RunningLoad {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When requests are due.
struct Pace<'a> {
    load: &'a Load,
    begun: Instant,
    stopped: watch::Receiver<Option<Instant>>,
}

impl Pace<'_> {
    fn due(&self, index: usize) -> Instant {
        let nanoseconds = index as u128 * 1_000_000_000 / u128::from(self.load.rate.max(1));
        self.begun + Duration::from_nanos(nanoseconds as u64)
    }

    /// Waits until a request is due; false if the load is stopped before.
    async fn reaches(&self, due: Instant) -> bool {
        let mut stopped = self.stopped.clone();
        let is_before = |stop: &Option<Instant>| stop.is_some_and(|stop| stop < due);
        tokio::select! {
            biased;
            _ = stopped.wait_for(is_before) => false,
            () = sleep_until(due) => true,
        }
    }
}

/// What the clients of a load share.
struct Errand<'a> {
    pace: Pace<'a>,
    clients: Clients<'a>,
    next: AtomicUsize,
    progress: &'a Mutex<Progress>,
}

fn clients<'a>(load: &Load, to: Endpoint, get: Get, sockets: &'a mut dyn Sockets) -> Clients<'a> {
    let pool = Pool::new(sockets, to, SourcePorts::Any);
    let pool = match load.connection {
        Connection::New => pool.foresee(usize::MAX).batched(BATCH),
        Connection::KeepAlive | Connection::Held => pool.foresee(load.concurrency as usize),
    };
    Clients { to, get, connection: load.connection, pool: Mutex::new(pool) }
}

impl Errand<'_> {
    async fn run(&self) -> Result<(), TrafficError> {
        let clients = 0..self.pace.load.concurrency.max(1);
        let running: FuturesUnordered<_> = clients.map(|_| self.client()).collect();
        running.try_collect().await
    }

    /// One client: takes the next request, whether it is due already or will be.
    async fn client(&self) -> Result<(), TrafficError> {
        let mut kept = None;
        loop {
            let index = self.next.fetch_add(1, Relaxed);
            let due = self.pace.due(index);
            if !self.pace.reaches(due).await {
                return Ok(());
            }
            let (sample, link) = self.sample(index, due, kept).await?;
            lock(self.progress).samples.push(sample);
            kept = self.clients.keep(link).await;
        }
    }

    async fn sample(
        &self,
        index: usize,
        due: Instant,
        kept: Option<Link>,
    ) -> Result<(Sample, Option<Link>), TrafficError> {
        let (waited, by) = (due.elapsed(), due + self.pace.load.timeout);
        let (connection, outcome, link) = if waited >= self.pace.load.timeout {
            (0, Err(Failure::NoClient), kept)
        } else {
            let carrier = self.clients.carrier(kept)?;
            let connection = carrier.number();
            let (outcome, link) = self.clients.ask(carrier, by).await;
            (connection, outcome, link)
        };
        let (started, latency) = (due - self.pace.begun, due.elapsed());
        Ok((Sample { index, connection, started, waited, latency, outcome }, link))
    }
}
