use super::server::Exchange;
use crate::lab::{BACKEND_HEADER, LIMIT_HEADER, VIA_HEADER};
use crate::plan::Upstream;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST};
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::time::{Instant, timeout_at};

/// How long a backend that is asked by a client waits for the tiers behind it.
pub const PATIENCE: Duration = Duration::from_secs(4);

/// How much less a tier waits than the one that asks it: so the one that stands before the silence
/// tells of it.
pub const LESS: Duration = Duration::from_secs(1);

/// How much of an upstream's own complaint is passed on, in bytes.
const WORDS: usize = 1024;

/// Makes sockets inside a backend's node: for this address, not connected, non-blocking.
pub type Door = Arc<dyn Fn(IpAddr) -> io::Result<OwnedFd> + Send + Sync>;

/// Whom a backend asks before it answers.
#[derive(Clone, Default)]
pub struct Tiers {
    /// These, one after the other.
    pub upstream: Vec<Upstream>,
    /// From here; nobody is asked without it.
    pub door: Option<Door>,
}

impl fmt::Debug for Tiers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.upstream).finish()
    }
}

/// Why the tiers behind a backend gave no good answer.
pub(super) struct Broken {
    /// The status that the backend answers with.
    pub(super) status: StatusCode,
    /// Who failed, and how.
    pub(super) words: String,
}

/// Asks every upstream in turn; returns the names of all who answered, those behind them too.
pub(super) async fn ask<B>(
    request: &Request<B>,
    exchange: &Exchange,
) -> Result<Vec<String>, Broken> {
    let mut names = Vec::new();
    let Tiers { upstream, door: Some(door) } = exchange.tiers() else { return Ok(names) };
    let patience = patience(request.headers());
    for upstream in upstream {
        let by = Instant::now() + patience;
        let asked = timeout_at(by, one(upstream, patience, door)).await;
        let silent = || {
            let words = format!("{upstream} did not answer within {patience:?}");
            Broken { status: StatusCode::GATEWAY_TIMEOUT, words }
        };
        names.extend(asked.unwrap_or_else(|_| Err(silent()))?);
    }
    Ok(names)
}

/// How long to wait: less than whoever asks does.
fn patience(headers: &HeaderMap) -> Duration {
    let said = headers.get(LIMIT_HEADER).and_then(|value| value.to_str().ok()?.parse().ok());
    let asker = said.map(Duration::from_millis);
    asker.map_or(PATIENCE, |asker| asker.min(PATIENCE).saturating_sub(LESS))
}

async fn one(upstream: &Upstream, patience: Duration, door: &Door) -> Result<Vec<String>, Broken> {
    let failed = |words: String| Broken {
        status: StatusCode::BAD_GATEWAY,
        words: format!("{upstream} {words}"),
    };
    let response = exchange(upstream, patience, door).await.map_err(failed)?;
    let (status, headers) = (response.status(), response.headers().clone());
    if status.is_success() || status.is_redirection() {
        drained(response).await.map_err(failed)?;
        return Ok(way(upstream, &headers));
    }
    let said = Limited::new(response.into_body(), WORDS).collect().await;
    let said = said.map_or_else(|_| Bytes::new(), |body| body.to_bytes());
    let words = format!("answered {}: {}", status.as_u16(), String::from_utf8_lossy(&said).trim());
    // A tier that tells of the next one's silence is believed.
    let passed = [StatusCode::BAD_GATEWAY, StatusCode::GATEWAY_TIMEOUT].contains(&status);
    Err(if passed { Broken { status, ..failed(words) } } else { failed(words) })
}

async fn exchange(
    upstream: &Upstream,
    patience: Duration,
    door: &Door,
) -> Result<Response<Incoming>, String> {
    let to = upstream.address;
    let socket = door(to.ip()).map_err(|error| format!("cannot be asked: {error}"))?;
    let socket = TcpSocket::from_std_stream(socket.into());
    let stream = socket.connect(to).await.map_err(|error| refusal(&error))?;
    let broken = |error: hyper::Error| format!("gave no answer: {error}");
    let (mut sender, driver) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::spawn(driver);
    let request = Request::get("/")
        .header(HOST, to.to_string())
        .header(CONNECTION, "close")
        .header(LIMIT_HEADER, patience.as_millis().to_string())
        .body(Empty::<Bytes>::new());
    let request = request.map_err(|error| format!("cannot be asked: {error}"))?;
    sender.send_request(request).await.map_err(broken)
}

fn refusal(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "refused the connection".to_owned(),
        _ => format!("cannot be reached: {error}"),
    }
}

/// Reads an answer to its end: one that breaks off is none.
async fn drained(response: Response<Incoming>) -> Result<(), String> {
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        frame.map_err(|error| format!("broke off its answer: {error}"))?;
    }
    Ok(())
}

/// The name of who answered, and of those behind it.
fn way(upstream: &Upstream, headers: &HeaderMap) -> Vec<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let name = text(BACKEND_HEADER).unwrap_or(&upstream.name).to_owned();
    let behind = text(VIA_HEADER).into_iter().flat_map(|names| names.split(", "));
    std::iter::once(name).chain(behind.map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_waits_less_than_the_one_that_asks_it() {
        let limited = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(LIMIT_HEADER, value.parse().unwrap());
            patience(&headers)
        };
        assert_eq!(patience(&HeaderMap::new()), PATIENCE);
        assert_eq!(limited("4000"), PATIENCE - LESS);
        assert_eq!(limited("900"), Duration::ZERO);
        assert_eq!(limited("99999999"), PATIENCE - LESS);
        assert_eq!(limited("soon"), PATIENCE);
    }
}
