use super::ipvs::{Listing, Weight};
use super::netlink::Netlink;
use super::{AddressWatch, Cause, KernelError, Namespace, addresses};
use crate::lab::NodeName;
use crate::plan::ServiceKey;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// How often a table is read: the kernel tells nobody of its changes.
const TICK: Duration = Duration::from_millis(10);

/// Something that was seen to change in a director.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// When it was seen.
    pub at: Instant,
    /// Where.
    pub director: NodeName,
    /// What.
    pub what: Changed,
}

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// An address came to one of its interfaces.
    Holds(IpAddr),
    /// An address left it.
    Lost(IpAddr),
    /// A real server has another weight in its table; none means that it is not there any more.
    Weight(ServiceKey, SocketAddr, Option<u32>),
}

/// Looks at directors all the time and writes down what changes, until it is dropped: addresses
/// the moment the kernel tells of them, tables every ten milliseconds.
pub struct Watch {
    changes: Changes,
    _tasks: JoinSet<()>,
}

type Changes = Arc<Mutex<Vec<Change>>>;

impl Watch {
    /// Begins; what is there already counts as changed now. Runs inside a tokio runtime.
    ///
    /// # Errors
    /// Whose addresses or table cannot be watched, and why.
    pub fn begin(directors: Vec<(NodeName, Namespace)>) -> Result<Self, KernelError> {
        let (changes, mut tasks) = (Changes::default(), JoinSet::new());
        for (director, namespace) in directors {
            let opened = Eye::open(&namespace, director.clone(), changes.clone());
            let eye = opened.map_err(|cause| KernelError {
                action: "watch addresses and table".to_owned(),
                node: director,
                cause,
            })?;
            tasks.spawn(eye.watch());
        }
        Ok(Self { changes, _tasks: tasks })
    }

    /// What has changed so far, oldest first.
    pub fn changes(&self) -> Vec<Change> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What looks at one director.
struct Eye {
    director: NodeName,
    notices: AddressWatch,
    netlink: Netlink,
    listing: Option<Listing>,
    held: Vec<IpAddr>,
    weights: Vec<Weight>,
    changes: Changes,
}

impl Eye {
    fn open(namespace: &Namespace, director: NodeName, changes: Changes) -> Result<Self, Cause> {
        let socket = |error| Cause::io("socket", error);
        let mut eye = Self {
            director,
            notices: AddressWatch::open(namespace)?,
            netlink: Netlink::open(namespace).map_err(socket)?,
            listing: Listing::open(namespace).map_err(|error| Cause::io("open", error))?,
            held: Vec::new(),
            weights: Vec::new(),
            changes,
        };
        eye.look_at_addresses()?;
        eye.look_at_table();
        Ok(eye)
    }

    /// A look that fails is taken again: what could not be seen has not changed.
    async fn watch(mut self) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                noticed = self.notices.changed() => {
                    if noticed.is_err() {
                        return;
                    }
                    let _ = self.look_at_addresses();
                }
                _ = ticks.tick() => self.look_at_table(),
            }
        }
    }

    fn look_at_addresses(&mut self) -> Result<(), Cause> {
        let mut now = Vec::new();
        for message in addresses::all(&self.netlink)? {
            if !addresses::is_hidden(&message) {
                now.extend(addresses::own(&message));
            }
        }
        let before = std::mem::replace(&mut self.held, now);
        let lost = before.iter().filter(|a| !self.held.contains(a)).map(|a| Changed::Lost(*a));
        let new = self.held.iter().filter(|a| !before.contains(a)).map(|a| Changed::Holds(*a));
        self.tell(lost.chain(new).collect());
        Ok(())
    }

    fn look_at_table(&mut self) {
        let Some(Ok(now)) = self.listing.as_mut().map(Listing::weights) else { return };
        if now == self.weights {
            return;
        }
        let before = std::mem::replace(&mut self.weights, now);
        let is = |a: &Weight, b: &Weight| (a.0, a.1) == (b.0, b.1);
        let gone = before.iter().filter(|old| !self.weights.iter().any(|new| is(old, new)));
        let gone = gone.map(|old| Changed::Weight(old.0, old.1, None));
        let new = self.weights.iter().filter(|new| !before.contains(new));
        let new = new.map(|new| Changed::Weight(new.0, new.1, Some(new.2)));
        self.tell(gone.chain(new).collect());
    }

    fn tell(&self, what: Vec<Changed>) {
        let (at, director) = (Instant::now(), &self.director);
        let changes = what.into_iter().map(|what| Change { at, director: director.clone(), what });
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).extend(changes);
    }
}
