use super::link::{Get, Link};
use super::pool::{Fresh, Pool};
use super::{Answer, Failure, TrafficError};
use crate::lab::{Connection, Endpoint};
use http_body_util::Empty;
use hyper::header::{CONNECTION, HOST, HeaderValue};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use tokio::time::{Instant, timeout_at};

/// What clients share that ask one address for one thing.
pub(super) struct Clients<'a> {
    pub(super) to: Endpoint,
    pub(super) get: Get,
    pub(super) connection: Connection,
    pub(super) pool: Mutex<Pool<'a>>,
}

/// What carries a request: a connection that was kept, or a socket for a new one.
pub(super) enum Carrier {
    Kept(Link),
    Fresh(Fresh),
}

impl Carrier {
    /// The number of the connection.
    pub(super) fn number(&self) -> usize {
        match self {
            Self::Kept(link) => link.number(),
            Self::Fresh(fresh) => fresh.number,
        }
    }
}

/// The request for a path.
pub(super) fn get(path: &str, to: SocketAddr, connection: Connection) -> Result<Get, TrafficError> {
    let refused = || TrafficError::Path(path.to_owned());
    let path = Some(path).filter(|path| path.starts_with('/')).ok_or_else(refused)?;
    let built = hyper::Request::get(path).header(HOST, to.to_string()).body(Empty::new());
    let mut get = built.map_err(|_| refused())?;
    if connection == Connection::New {
        get.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(get)
}

impl Clients<'_> {
    /// What the next request goes by: the connection that was kept, if it is still open.
    pub(super) fn carrier(&self, kept: Option<Link>) -> Result<Carrier, TrafficError> {
        if let Some(link) = kept.and_then(Link::if_open) {
            return Ok(Carrier::Kept(link));
        }
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Carrier::Fresh(pool.take()?))
    }

    /// Sends one request and reads the answer, which must be there in time; and what can carry
    /// the next one.
    pub(super) async fn ask(
        &self,
        carrier: Carrier,
        by: Instant,
    ) -> (Result<Answer, Failure>, Option<Link>) {
        let dialled = match carrier {
            Carrier::Kept(link) => Ok(link),
            Carrier::Fresh(fresh) => timeout_at(by, Link::dial(fresh, self.to))
                .await
                .unwrap_or(Err(Failure::ConnectTimedOut)),
        };
        let mut link = match dialled {
            Ok(link) => link,
            Err(failure) => return (Err(failure), None),
        };
        let answered = timeout_at(by, link.exchange(self.get.clone())).await;
        match answered.unwrap_or(Err(Failure::AnswerTimedOut)) {
            Ok(answer) => (Ok(answer), Some(link)),
            Err(failure) => (Err(failure), link.if_unharmed()),
        }
    }

    /// The connection for the next request, if connections are kept; a new one is closed.
    pub(super) async fn keep(&self, link: Option<Link>) -> Option<Link> {
        match self.connection {
            Connection::KeepAlive | Connection::Held => link,
            Connection::New => {
                link?.close().await;
                None
            }
        }
    }
}
