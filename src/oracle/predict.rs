use super::choice::{Choice, Unpredictable};
use super::connection::{Connection, Flow};
use super::destination::Destination;
use super::schedule::{Packet, Schedule, scheduler};
use super::template::Templates;
use crate::lab::{Protocol, Scheduler, VirtualService};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// One virtual service in one director, from its creation on, as a pure model.
///
/// A connection is known by its client's address and port, and the virtual port. It must be told of
/// every connection, in the order in which the director sees them.
pub struct Oracle {
    vip: IpAddr,
    /// The first virtual port.
    port: u16,
    /// The destinations as the kernel lists them: the last added first.
    list: Vec<Destination>,
    scheduler: Box<dyn Schedule + Send>,
    load_matters: bool,
    connections: HashMap<Flow, Connection>,
    templates: Option<Templates>,
    now: Duration,
    /// When the first entry or template may go.
    due: Duration,
}

impl Oracle {
    /// A service that was just created, its destinations added in the order of the file.
    ///
    /// # Errors
    /// If nobody can say what the scheduler will do.
    pub fn new(service: &VirtualService) -> Result<Self, Unpredictable> {
        if service.protocol == Protocol::Udp {
            return Err(Unpredictable::Udp);
        }
        let entries = service.destinations.iter().enumerate();
        let list: Vec<_> = entries.map(|(i, entry)| Destination::new(i, entry)).rev().collect();
        Ok(Self {
            vip: service.vip,
            port: service.port,
            scheduler: scheduler(service, &list)?,
            load_matters: load_matters(service),
            list,
            connections: HashMap::new(),
            templates: service.persistence.map(Templates::new),
            now: Duration::ZERO,
            due: Duration::ZERO,
        })
    }

    /// Whether choices depend on which connections are open, and so on when each is closed.
    pub fn load_matters(&self) -> bool {
        self.load_matters
    }

    /// Time has passed: it is `now`, counted from the service's creation. Entries whose time is
    /// over go.
    pub fn advance(&mut self, now: Duration) {
        self.now = self.now.max(now);
        if self.now < self.due {
            return;
        }
        if let Some(templates) = &mut self.templates {
            templates.expire(&self.connections, self.now);
        }
        self.remove_expired();
        let entries = self.connections.values().filter_map(|connection| connection.expires);
        let templates = self.templates.iter().filter_map(Templates::first_expiry);
        self.due = entries.chain(templates).min().unwrap_or(Duration::MAX);
    }

    fn remove_expired(&mut self) {
        let (list, now) = (&mut self.list, self.now);
        self.connections.retain(|_, connection| {
            let stays = connection.is_there_at(now);
            if !stays {
                list[connection.position].unbind();
            }
            stays
        });
    }

    /// A client opens a connection to the first virtual port: where the director sends it.
    ///
    /// # Errors
    /// If it cannot be known. From then on the model may differ from the director.
    pub fn connect(&mut self, client: SocketAddr) -> Result<Choice, Unpredictable> {
        self.connect_to(client, self.port)
    }

    /// A client opens a connection to a virtual port: where the director sends it.
    ///
    /// # Errors
    /// If it cannot be known. From then on the model may differ from the director.
    pub fn connect_to(&mut self, client: SocketAddr, port: u16) -> Result<Choice, Unpredictable> {
        let flow = (client, port);
        if let Some(position) = self.reused(flow) {
            return Ok(Choice::Destination(self.list[position].added));
        }
        if let Some(old) = self.connections.remove(&flow) {
            if self.load_matters {
                return Err(Unpredictable::Reuse);
            }
            self.list[old.position].unbind();
        }
        let Some(position) = self.choose(client)? else {
            return Ok(Choice::Refused);
        };
        self.list[position].bind();
        self.connections.insert(flow, Connection::open(position));
        Ok(Choice::Destination(self.list[position].added))
    }

    /// A client closed its connection to the first virtual port; one that is not open is left alone.
    pub fn close(&mut self, client: SocketAddr) {
        self.close_to(client, self.port);
    }

    /// A client closed its connection to a virtual port; one that is not open is left alone.
    pub fn close_to(&mut self, client: SocketAddr, port: u16) {
        let open = self.connections.get_mut(&(client, port)).filter(|c| c.expires.is_none());
        if let Some(connection) = open {
            self.due = self.due.min(connection.close(self.now));
            self.list[connection.position].close();
        }
    }

    /// The clients closed every connection that is open.
    pub fn close_all(&mut self) {
        let flows: Vec<_> = self.connections.keys().copied().collect();
        flows.into_iter().for_each(|(client, port)| self.close_to(client, port));
    }

    // Where the entry that this client port still has sends it, if the connection goes on with it.
    fn reused(&mut self, flow: Flow) -> Option<usize> {
        let connection = self.connections.get_mut(&flow)?;
        let destination = &mut self.list[connection.position];
        if connection.expires.is_some() {
            if !connection.goes_on(destination.forwarding, self.templates.is_some()) {
                return None;
            }
            connection.expires = None;
            destination.reopen();
        }
        Some(connection.position)
    }

    // A template stands above the scheduler, even where its destination is quiesced or full.
    fn choose(&mut self, client: SocketAddr) -> Result<Option<usize>, Unpredictable> {
        let (now, vip) = (self.now, self.vip);
        let known = self.templates.as_mut().and_then(|t| t.lookup(client.ip(), now));
        if known.is_some() {
            return Ok(known);
        }
        let chosen = self.scheduler.choose(&self.list, Packet { client, vip })?;
        if let (Some(templates), Some(position)) = (&mut self.templates, chosen) {
            self.due = self.due.min(templates.remember(client.ip(), position, now));
        }
        Ok(chosen)
    }
}

fn load_matters(service: &VirtualService) -> bool {
    use Scheduler::{Lblc, Lblcr, Lc, Nq, Ovf, Sed, Wlc};
    let has_threshold = |d: &crate::lab::Destination| d.thresholds.upper != 0;
    matches!(service.scheduler, Lblc | Lblcr | Lc | Nq | Ovf | Sed | Wlc)
        || service.destinations.iter().any(has_threshold)
}
