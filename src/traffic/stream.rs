use super::link::{Get, read};
use super::pool::Fresh;
use super::{Answer, Failure};
use futures::FutureExt;
use futures::future::{Either, poll_fn, select};
use http_body_util::{BodyExt, Empty};
use hyper::Response;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// How long the server may take to close a connection that it was asked to close; after that the
/// client does.
const LINGER: Duration = Duration::from_secs(3);

/// An open connection to a server, over TCP or SCTP.
pub(super) struct Stream {
    pub(super) number: usize,
    local: SocketAddr,
    sender: SendRequest<Empty<Bytes>>,
    driver: Box<Connection<TokioIo<TcpStream>, Empty<Bytes>>>,
}

impl Stream {
    /// Connects.
    pub(super) async fn dial(fresh: Fresh, to: SocketAddr) -> Result<Self, Failure> {
        let connected = async {
            let stream = TcpSocket::from_std_stream(fresh.socket.into()).connect(to).await?;
            io::Result::Ok((stream.local_addr()?, stream))
        };
        let (local, stream) = connected.await.map_err(|error| Failure::of_connect(&error))?;
        let shaken = http1::handshake(TokioIo::new(stream)).await;
        let (sender, driver) = shaken.map_err(|error| Failure::of_exchange(&error))?;
        Ok(Self { number: fresh.number, local, sender, driver: Box::new(driver) })
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn exchange(&mut self, request: Get) -> Result<Answer, Failure> {
        let local = self.local;
        let answered = pin!(answer(&mut self.sender, request));
        let driven = poll_fn(|cx| self.driver.poll_without_shutdown(cx));
        let answered = match select(answered, driven).await {
            Either::Left((answered, _)) => answered,
            // The driver's own error says more than "the connection has ended" does.
            Either::Right((driven, answered)) => {
                answered.await.map_err(|e| driven.err().unwrap_or(e))
            }
        };
        let response = answered.map_err(|error| Failure::of_exchange(&error))?;
        Ok(read(&response, local))
    }

    /// Itself if it can carry another request: the server has not closed it meanwhile.
    pub(super) fn if_open(mut self) -> Option<Self> {
        let ended = poll_fn(|cx| self.driver.poll_without_shutdown(cx)).now_or_never();
        ended.is_none().then_some(self)
    }

    /// Closes it after the server has, so that TIME-WAIT (RFC 9293 section 3.3.2) stays there and
    /// does not eat the client's ports; both FINs are sent when this returns.
    pub(super) async fn close(self) {
        let Self { sender, driver, .. } = self;
        drop(sender);
        let ended = async {
            let mut stream = driver.without_shutdown().await.ok()?.io.into_inner();
            while stream.read(&mut [0; 512]).await.ok()? > 0 {}
            Some(())
        };
        let _ = tokio::time::timeout(LINGER, ended).await;
    }

    /// Closes it while the server waits for another request; both FINs are sent when this returns.
    pub(super) async fn hang_up(self) {
        let mut stream = self.driver.into_parts().io.into_inner();
        let ended = async {
            stream.shutdown().await.ok()?;
            while stream.read(&mut [0; 512]).await.ok()? > 0 {}
            Some(())
        };
        let _ = tokio::time::timeout(LINGER, ended).await;
    }
}

async fn answer(
    sender: &mut SendRequest<Empty<Bytes>>,
    request: Get,
) -> hyper::Result<Response<()>> {
    sender.ready().await?;
    let (head, mut body): (_, Incoming) = sender.send_request(request).await?.into_parts();
    while let Some(frame) = body.frame().await {
        frame?;
    }
    Ok(Response::from_parts(head, ()))
}
