use super::connection::{Connection, Flow};
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
    position: usize,
    timeout: Duration,
    expires: Duration,
}

/// The persistence templates of a service, by the client address that counts.
pub(super) struct Templates {
    persistence: Persistence,
    by_client: HashMap<IpAddr, Template>,
}

impl Templates {
    pub fn new(persistence: Persistence) -> Self {
        Self { persistence, by_client: HashMap::new() }
    }

    /// Where a client's template sends it, available or not, and the template's time anew.
    pub fn lookup(&mut self, client: IpAddr, now: Duration) -> Option<usize> {
        let key = self.key(client);
        let template = self.by_client.get_mut(&key)?;
        template.expires = now + template.timeout;
        Some(template.position)
    }

    /// Remembers where a client was sent, and says when that may be forgotten.
    pub fn remember(&mut self, client: IpAddr, position: usize, now: Duration) -> Duration {
        let timeout = self.persistence.timeout;
        let expires = now + timeout;
        self.by_client.insert(self.key(client), Template { position, timeout, expires });
        expires
    }

    /// When the first template may go.
    pub fn first_expiry(&self) -> Option<Duration> {
        self.by_client.values().map(|template| template.expires).min()
    }

    /// Drops what is over at `now`; a template outlives the entries of its connections.
    pub fn expire(&mut self, connections: &HashMap<Flow, Connection>, now: Duration) {
        let prefix_length = self.persistence.prefix_length;
        self.by_client.retain(|key, template| {
            while template.expires <= now {
                let holds = |((client, _), c): (&Flow, &Connection)| {
                    masked(client.ip(), prefix_length) == *key && c.is_there_at(template.expires)
                };
                if !connections.iter().any(holds) {
                    return false;
                }
                template.timeout = EXTENSION;
                template.expires += EXTENSION;
            }
            true
        });
    }

    fn key(&self, client: IpAddr) -> IpAddr {
        masked(client, self.persistence.prefix_length)
    }
}

fn masked(client: IpAddr, prefix_length: u8) -> IpAddr {
    IpNet::new(client, prefix_length).map_or(client, |net| net.network())
}
