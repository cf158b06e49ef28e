use super::body::Reading;
use super::tcp;
use crate::ha::check::failure::Failure;
use crate::lab::HttpProbe;
use futures::future::{Either, select};
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONNECTION, HOST};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

type Get = Request<Empty<Bytes>>;

/// Asks a server on a connection of its own (HTTP_GET). The connect and the answer may each take
/// that long.
pub(super) async fn attempt(
    probe: &HttpProbe,
    server: SocketAddr,
    patience: Duration,
) -> Result<(), Failure> {
    let request = get(probe, server)?;
    let stream = tcp::connect(server, patience).await?;
    let asked = timeout(patience, exchange(stream, request, probe)).await;
    asked.unwrap_or(Err(Failure::AnswerTimedOut(patience)))
}

fn get(probe: &HttpProbe, server: SocketAddr) -> Result<Get, Failure> {
    let request = Request::get(&probe.path)
        .header(HOST, server.to_string())
        .header(CONNECTION, "close")
        .body(Empty::new());
    request.map_err(|_| Failure::Path(probe.path.clone()))
}

async fn exchange(stream: TcpStream, request: Get, probe: &HttpProbe) -> Result<(), Failure> {
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, driver) = shaken.map_err(Failure::Exchange)?;
    let judged = pin!(judge(&mut sender, request, probe));
    match select(judged, driver).await {
        Either::Left((judged, _)) => judged,
        // The driver's own error says more than "the connection has ended" does.
        Either::Right((driven, judged)) => match (judged.await, driven) {
            (Err(Failure::Exchange(_)), Err(error)) => Err(Failure::Exchange(error)),
            (judged, _) => judged,
        },
    }
}

async fn judge(
    sender: &mut SendRequest<Empty<Bytes>>,
    request: Get,
    probe: &HttpProbe,
) -> Result<(), Failure> {
    let answer = sender.send_request(request).await.map_err(Failure::Exchange)?;
    let (got, expected) = (answer.status().as_u16(), probe.status);
    if !(expected.0..=expected.1).contains(&got) {
        return Err(Failure::Status { got, expected });
    }
    let mut body = answer.into_body();
    let mut reading = Reading::new(probe);
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame.map_err(Failure::Exchange)?.data_ref() {
            reading.take(data);
        }
    }
    reading.verdict()
}
