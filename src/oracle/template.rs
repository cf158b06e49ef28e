use super::choice::Unpredictable;
use super::connection::Connection;
use super::list::List;
use super::timer::Timer;
use crate::lab::Persistence;
use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

/// How long a template is kept on when its time is over and a connection still needs it
/// (`expire_later` in ip_vs_conn.c).
const EXTENSION: Duration = Duration::from_secs(60);

/// A persistence template: where a client goes.
struct Template {
    /// Its number: those that came by it are known by that.
    number: u64,
    destination: usize,
    timer: Timer,
    /// Until when an entry that is gone by now may have needed it.
    needed: Duration,
    /// Whether it may have ended while nobody knew if it was needed.
    doubtful: bool,
}

/// Where a template sends a client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lead {
    /// The index of the destination.
    pub destination: usize,
    /// The template's number.
    pub template: u64,
}

/// The persistence templates of a service, by the client address that counts.
pub(super) struct Templates {
    persistence: Persistence,
    by_client: HashMap<IpAddr, Template>,
    made: u64,
}

impl Templates {
    /// Those of a service that nobody has come to yet.
    pub fn new(persistence: Persistence) -> Self {
        Self { persistence, by_client: HashMap::new(), made: 0 }
    }

    /// Where a client's template sends it, quiesced or full, and the template's time anew. One that
    /// leads to a destination that was removed is dropped (`ip_vs_check_template`).
    ///
    /// # Errors
    /// If nobody knows whether the template is still there.
    pub fn lookup(
        &mut self,
        client: IpAddr,
        list: &List,
        now: Duration,
    ) -> Result<Option<Lead>, Unpredictable> {
        let key = self.key(client);
        let Some(template) = self.by_client.get_mut(&key) else { return Ok(None) };
        if template.doubtful || template.timer.is_ending(now) {
            return Err(Unpredictable::Timer);
        }
        if !list[template.destination].listed {
            self.by_client.remove(&key);
            return Ok(None);
        }
        template.timer = Timer::new(now, template.timer.timeout());
        Ok(Some(Lead { destination: template.destination, template: template.number }))
    }

    /// Remembers where a client was sent.
    pub fn remember(&mut self, client: IpAddr, destination: usize, now: Duration) -> Lead {
        let (number, timer) = (self.made, Timer::new(now, self.persistence.timeout));
        self.made += 1;
        let (needed, doubtful) = (Duration::ZERO, false);
        let template = Template { number, destination, timer, needed, doubtful };
        self.by_client.insert(self.key(client), template);
        Lead { destination, template: number }
    }

    /// When the first template may go.
    pub fn first_expiry(&self) -> Option<Duration> {
        self.by_client.values().map(|template| template.timer.latest()).min()
    }

    /// A connection's entry is gone.
    pub fn released(&mut self, connection: &Connection) {
        let mut all = self.by_client.values_mut();
        let its = all.find(|template| Some(template.number) == connection.template);
        if let (Some(template), Some(timer)) = (its, connection.timer) {
            template.needed = template.needed.max(timer.latest());
        }
    }

    /// Drops what is over at `now`; a template outlives the entries of its connections.
    pub fn expire<'a>(
        &mut self,
        connections: impl Iterator<Item = &'a Connection> + Clone,
        now: Duration,
    ) {
        self.by_client.retain(|_, template| {
            while template.timer.is_over(now) {
                let mine = connections.clone().filter(|c| c.template == Some(template.number));
                match template.need(mine) {
                    Need::None => return false,
                    Need::Unknown => template.doubtful = true,
                    Need::Sure => {}
                }
                template.timer = template.timer.extended(EXTENSION);
            }
            true
        });
    }

    fn key(&self, client: IpAddr) -> IpAddr {
        let net = IpNet::new(client, self.persistence.prefix_length);
        net.map_or(client, |net| net.network())
    }
}

/// Whether a template was needed when its time was over.
enum Need {
    Sure,
    None,
    Unknown,
}

impl Template {
    fn need<'a>(&self, mut connections: impl Iterator<Item = &'a Connection> + Clone) -> Need {
        let (from, to) = (self.timer.earliest(), self.timer.latest());
        let stays = |c: &Connection| c.timer.is_none_or(|timer| timer.earliest() > to);
        let may_be_there = |c: &Connection| c.timer.is_none_or(|timer| timer.latest() >= from);
        if connections.clone().any(stays) {
            Need::Sure
        } else if self.needed >= from || connections.any(may_be_there) {
            Need::Unknown
        } else {
            Need::None
        }
    }
}
