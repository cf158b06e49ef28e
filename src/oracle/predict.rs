use super::choice::{Choice, Unpredictable};
use super::connection::Connection;
use super::destination::Destination;
use super::schedule::{Packet, Schedule, scheduler};
use super::template::Templates;
use crate::lab::{Protocol, Scheduled, VirtualService};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// One virtual service in one director, from its creation on, as a pure model.
///
/// A connection is known by its client's address and port. It must be told of every connection, in
/// the order in which the director sees them; of UDP, of every datagram, as each is one that may
/// open an entry.
pub struct Oracle {
    vip: IpAddr,
    protocol: Protocol,
    scheduled: Scheduled,
    /// The destinations as the kernel lists them: the last added first.
    list: Vec<Destination>,
    scheduler: Box<dyn Schedule + Send>,
    load_matters: bool,
    connections: HashMap<SocketAddr, Connection>,
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
        if service.protocol == Protocol::Sctp && load_matters(service) {
            return Err(Unpredictable::Sctp);
        }
        let entries = service.destinations.iter().enumerate();
        let list: Vec<_> = entries.map(|(i, entry)| Destination::new(i, entry)).rev().collect();
        Ok(Self {
            vip: service.vip,
            protocol: service.protocol,
            scheduled: service.scheduled,
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

    /// A client opens a connection: where the director sends it.
    ///
    /// # Errors
    /// If it cannot be known. From then on the model may differ from the director.
    pub fn connect(&mut self, client: SocketAddr) -> Result<Choice, Unpredictable> {
        if let Some(position) = self.reused(client) {
            return Ok(Choice::Destination(self.list[position].added));
        }
        if let Some(old) = self.connections.remove(&client) {
            if self.load_matters {
                return Err(Unpredictable::Reuse);
            }
            self.list[old.position].unbind();
        }
        let Some(position) = self.choose(client)? else {
            return Ok(Choice::Refused);
        };
        self.enter(client, position);
        Ok(Choice::Destination(self.list[position].added))
    }

    // Makes the entry, which of one-packet scheduling goes with its packet.
    fn enter(&mut self, client: SocketAddr, position: usize) {
        let destination = &mut self.list[position];
        let mut connection = Connection::open(position);
        match (self.protocol, self.scheduled) {
            (_, Scheduled::Packets) => {
                destination.bind_inactive();
                destination.unbind();
                return;
            }
            (Protocol::Udp, Scheduled::Connections) => {
                destination.bind_inactive();
                self.due = self.due.min(connection.close(self.now, self.protocol));
            }
            (Protocol::Tcp | Protocol::Sctp, Scheduled::Connections) => destination.bind(),
        }
        self.connections.insert(client, connection);
    }

    /// A client closed its connection; one that is not open is left alone, and so is a client of
    /// UDP, whose director hears nothing of it.
    pub fn close(&mut self, client: SocketAddr) {
        let open = self.connections.get_mut(&client).filter(|c| c.expires.is_none());
        if let Some(connection) = open {
            self.due = self.due.min(connection.close(self.now, self.protocol));
            self.list[connection.position].close();
        }
    }

    /// The clients closed every connection that is open.
    pub fn close_all(&mut self) {
        let clients: Vec<_> = self.connections.keys().copied().collect();
        clients.into_iter().for_each(|client| self.close(client));
    }

    // Where the entry that this client port still has sends it, if the connection goes on with it.
    fn reused(&mut self, client: SocketAddr) -> Option<usize> {
        let is_persistent = self.templates.is_some();
        let connection = self.connections.get_mut(&client)?;
        let destination = &mut self.list[connection.position];
        if self.protocol == Protocol::Udp {
            self.due = self.due.min(connection.close(self.now, self.protocol));
            return Some(connection.position);
        }
        if connection.expires.is_some() {
            if !(is_persistent || connection.goes_on(self.protocol, destination.forwarding)) {
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
    let has_threshold = |d: &crate::lab::Destination| d.thresholds.upper != 0;
    service.scheduler.counts_connections() || service.destinations.iter().any(has_threshold)
}
