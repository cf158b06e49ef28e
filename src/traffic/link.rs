use super::datagrams::Datagrams;
use super::pool::Fresh;
use super::stream::Stream;
use super::{Answer, Failure};
use crate::lab::{BACKEND_HEADER, Endpoint, PEER_HEADER, Protocol, VIA_HEADER};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::{Request, Response};
use std::net::SocketAddr;

/// A request without a body.
pub(super) type Get = Request<Empty<Bytes>>;

/// What can carry requests to a server and answers back.
pub(super) enum Link {
    /// An open connection of TCP or SCTP.
    Stream(Stream),
    /// A socket of UDP.
    Datagrams(Datagrams),
}

impl Link {
    /// Connects; over UDP nobody notices.
    pub(super) async fn dial(fresh: Fresh, to: Endpoint) -> Result<Self, Failure> {
        match to.protocol {
            Protocol::Tcp | Protocol::Sctp => {
                Stream::dial(fresh, to.address).await.map(Self::Stream)
            }
            Protocol::Udp => Datagrams::dial(fresh, to.address).await.map(Self::Datagrams),
        }
    }

    /// The number of the connection.
    pub(super) fn number(&self) -> usize {
        match self {
            Self::Stream(stream) => stream.number,
            Self::Datagrams(datagrams) => datagrams.number,
        }
    }

    /// Sends a request and reads the answer.
    pub(super) async fn exchange(&mut self, request: Get) -> Result<Answer, Failure> {
        match self {
            Self::Stream(stream) => stream.exchange(request).await,
            Self::Datagrams(datagrams) => datagrams.exchange(&request).await,
        }
    }

    /// Itself if it can carry another request after one that failed: a connection can not, as
    /// what comes next on it may be the rest of that answer.
    pub(super) fn if_unharmed(self) -> Option<Self> {
        matches!(self, Self::Datagrams(_)).then_some(self)
    }

    /// Itself if it can carry another request: the server has not closed it meanwhile.
    pub(super) fn if_open(self) -> Option<Self> {
        match self {
            Self::Stream(stream) => stream.if_open().map(Self::Stream),
            Self::Datagrams(_) => Some(self),
        }
    }

    /// Closes it after the server has.
    pub(super) async fn close(self) {
        if let Self::Stream(stream) = self {
            stream.close().await;
        }
    }

    /// Closes it while the server waits for another request.
    pub(super) async fn hang_up(self) {
        if let Self::Stream(stream) = self {
            stream.hang_up().await;
        }
    }
}

/// What an answer's head says to a client at this address.
pub(super) fn read(response: &Response<()>, local: SocketAddr) -> Answer {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    Answer {
        backend: header(BACKEND_HEADER).map(str::to_owned),
        status: response.status().as_u16(),
        via: header(VIA_HEADER).map(|names| names.split(", ").map(str::to_owned).collect()),
        peer: header(PEER_HEADER).and_then(|value| value.parse().ok()),
        local,
    }
}
