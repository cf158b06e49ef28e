use super::choice::{Choice, Unpredictable};
use super::connection::{Connection, Tuple, closed};
use super::list::List;
use super::schedule::{Packet, Schedule, scheduler};
use super::template::{Lead, Templates};
use super::timer::Timer;
use crate::lab::{self, Protocol, Scheduled, Scheduler, Timeouts, VirtualService};
use std::collections::HashMap;
use std::time::Duration;

/// One virtual service in one director, from its creation on, as a pure model.
///
/// A connection is known by its client's address and port and by what it calls. The model must be
/// told of every connection and of every change of the table, in the order in which the director
/// sees them.
pub struct Oracle {
    list: List,
    scheduler: Box<dyn Schedule + Send>,
    protocol: Protocol,
    scheduled: Scheduled,
    load_matters: bool,
    timeouts: Timeouts,
    connections: HashMap<Tuple, Connection>,
    templates: Option<Templates>,
    now: Duration,
    /// When to look at the times of entries and templates again.
    due: Duration,
    /// Whether nobody knows of some entry if it is still there.
    doubtful: bool,
}

impl Oracle {
    /// A service that was just created, its destinations added in the order of the file.
    ///
    /// # Errors
    /// If nobody can say what the scheduler will do.
    pub fn new(service: &VirtualService) -> Result<Self, Unpredictable> {
        let load_matters = load_matters(service);
        if service.protocol == Protocol::Sctp && load_matters {
            return Err(Unpredictable::Sctp);
        }
        let mut new = Self {
            list: List::new(&service.destinations),
            scheduler: scheduler(service)?,
            protocol: service.protocol,
            scheduled: service.scheduled,
            load_matters,
            timeouts: Timeouts::default(),
            connections: HashMap::new(),
            templates: service.persistence.map(Templates::new),
            now: Duration::ZERO,
            due: Duration::ZERO,
            doubtful: false,
        };
        let weights = service.destinations.iter().map(|destination| destination.weight);
        weights.enumerate().for_each(|(index, weight)| new.put(index, weight));
        Ok(new)
    }

    /// Whether choices depend on which connections are open, and so on when each is closed.
    pub fn load_matters(&self) -> bool {
        self.load_matters
    }

    /// Entries whose last packet comes from now on stay so long (ipvsadm --set).
    pub fn set_timeouts(&mut self, timeouts: Timeouts) {
        self.timeouts = timeouts;
    }

    /// A destination of the file gets a weight (ipvsadm -e), and is added again if it was removed
    /// (ipvsadm -a): at the list's head, and with what it still has of old connections.
    pub fn put(&mut self, index: usize, weight: u32) {
        let change = self.list.put(index, weight);
        self.scheduler.changed(&self.list, change);
    }

    /// A destination is removed (ipvsadm -d); one that is not there is left alone.
    pub fn remove(&mut self, index: usize) {
        if let Some(change) = self.list.remove(index) {
            self.scheduler.changed(&self.list, change);
        }
    }

    /// Time has passed: it is `now`, counted from the service's creation. Entries whose time is
    /// over go.
    pub fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
        if self.now < self.due {
            return;
        }
        if let Some(templates) = &mut self.templates {
            templates.expire(self.connections.values(), self.now);
        }
        self.remove_expired();
        let timers = || self.connections.values().filter_map(|connection| connection.timer);
        self.doubtful = timers().any(|timer| timer.is_ending(self.now));
        let next = |timer: Timer| match timer.is_ending(self.now) {
            true => timer.latest(),
            false => timer.earliest(),
        };
        let templates = self.templates.iter().filter_map(Templates::first_expiry);
        self.due = timers().map(next).chain(templates).min().unwrap_or(Duration::MAX);
    }

    fn remove_expired(&mut self) {
        let Self { list, templates, now, .. } = self;
        self.connections.retain(|_, connection| {
            let stays = !connection.is_over(*now);
            if !stays {
                list[connection.destination].unbind();
                templates.iter_mut().for_each(|templates| templates.released(connection));
            }
            stays
        });
    }

    /// A client opens a connection, or sends a datagram: where the director sends it.
    ///
    /// # Errors
    /// If it cannot be known. From then on the model may differ from the director.
    pub fn connect(&mut self, tuple: Tuple) -> Result<Choice, Unpredictable> {
        if let Some(index) = self.reused(tuple)? {
            return Ok(Choice::Destination(index));
        }
        if let Some(old) = self.connections.remove(&tuple) {
            if self.load_matters {
                return Err(Unpredictable::Reuse);
            }
            self.list[old.destination].unbind();
        }
        let Some((destination, template)) = self.choose(tuple)? else {
            return Ok(Choice::Refused);
        };
        self.bind(tuple, Connection { destination, timer: None, template });
        Ok(Choice::Destination(destination))
    }

    // What is scheduled by the packet leaves no entry; UDP has entries that are never open.
    fn bind(&mut self, tuple: Tuple, mut connection: Connection) {
        let destination = &mut self.list[connection.destination];
        match (self.protocol, self.scheduled) {
            (Protocol::Udp, Scheduled::Packets) => return,
            (Protocol::Udp, Scheduled::Connections) => {
                destination.bind_inactive();
                let timer = *connection.timer.insert(Timer::new(self.now, self.timeouts.udp));
                self.due = self.due.min(timer.earliest());
            }
            (Protocol::Tcp | Protocol::Sctp, _) => destination.bind(),
        }
        self.connections.insert(tuple, connection);
    }

    /// A client closed its connection; one that is not open is left alone. Where the destination
    /// was removed the director does not hear of it.
    pub fn close(&mut self, tuple: Tuple) {
        let open = self.connections.get_mut(&tuple).filter(|c| c.timer.is_none());
        if let Some(connection) = open {
            let destination = &mut self.list[connection.destination];
            if !destination.listed {
                destination.abandoned = true;
                return;
            }
            let timeout = closed(self.timeouts, destination.forwarding);
            let timer = *connection.timer.insert(Timer::new(self.now, timeout));
            self.due = self.due.min(timer.earliest());
            destination.close();
        }
    }

    /// The clients closed every connection that is open.
    pub fn close_all(&mut self) {
        let tuples: Vec<_> = self.connections.keys().copied().collect();
        tuples.into_iter().for_each(|tuple| self.close(tuple));
    }

    // Where the entry that this client port still has sends it, if the connection goes on with it.
    fn reused(&mut self, tuple: Tuple) -> Result<Option<usize>, Unpredictable> {
        let Some(connection) = self.connections.get_mut(&tuple) else { return Ok(None) };
        let index = connection.destination;
        let destination = &mut self.list[index];
        let is_closed = connection.timer.is_some();
        match self.protocol {
            Protocol::Sctp if is_closed => return Err(Unpredictable::Sctp),
            Protocol::Tcp if is_closed && !connection.goes_on(destination.forwarding) => {
                return Ok(None);
            }
            _ if connection.is_ending(self.now) => return Err(Unpredictable::Timer),
            _ if !destination.listed => return Err(Unpredictable::Removed),
            Protocol::Udp => connection.timer = Some(Timer::new(self.now, self.timeouts.udp)),
            Protocol::Tcp | Protocol::Sctp if is_closed => {
                connection.timer = None;
                destination.reopen();
            }
            Protocol::Tcp | Protocol::Sctp => {}
        }
        Ok(Some(index))
    }

    // Whether it is known which entries count.
    fn check_load(&self) -> Result<(), Unpredictable> {
        if self.doubtful {
            return Err(Unpredictable::Timer);
        }
        let is_abandoned = self.list.iter().any(|destination| destination.abandoned);
        if is_abandoned { Err(Unpredictable::Abandoned) } else { Ok(()) }
    }

    // A template stands above the scheduler, even where its destination is quiesced or full.
    fn choose(&mut self, tuple: Tuple) -> Result<Option<(usize, Option<u64>)>, Unpredictable> {
        let (now, client) = (self.now, tuple.client.ip());
        if let Some(templates) = &mut self.templates
            && let Some(Lead { destination, template }) =
                templates.lookup(client, &self.list, now)?
        {
            return Ok(Some((destination, Some(template))));
        }
        if self.load_matters {
            self.check_load()?;
        }
        let packet = Packet { client: tuple.client, vip: tuple.target.ip() };
        let Some(index) = self.scheduler.choose(&self.list, packet)? else { return Ok(None) };
        let remembered = self.templates.as_mut().map(|t| t.remember(client, index, now).template);
        let first_expiry = self.templates.iter().filter_map(Templates::first_expiry).min();
        self.due = self.due.min(first_expiry.unwrap_or(Duration::MAX));
        Ok(Some((index, remembered)))
    }
}

fn load_matters(service: &VirtualService) -> bool {
    use Scheduler::{Lblc, Lblcr, Lc, Nq, Ovf, Sed, Wlc};
    let has_threshold = |d: &lab::Destination| d.thresholds.upper != 0;
    matches!(service.scheduler, Lblc | Lblcr | Lc | Nq | Ovf | Sed | Wlc)
        || service.destinations.iter().any(has_threshold)
}
