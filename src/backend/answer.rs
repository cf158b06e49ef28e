use super::behaviour::{Mood, endure};
use super::body::Payload;
use super::route::{Refusal, Route};
use super::server::Exchange;
use super::tiers;
use crate::lab::{BACKEND_HEADER, PEER_HEADER, VIA_HEADER};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use indexmap::IndexMap;
use serde::Serialize;
use std::net::{IpAddr, SocketAddr};

const ALLOWED: &str = "GET, HEAD";

/// How the server sees the connection and the request.
#[derive(Serialize)]
struct Whoami<'a> {
    name: &'a str,
    local: SocketAddr,
    peer: SocketAddr,
    vip: Option<IpAddr>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    via: &'a [String],
    method: &'a str,
    path: &'a str,
    headers: IndexMap<&'a str, String>,
}

/// The answer to a request, with the headers that say who gave it and to whom.
pub(super) async fn answer<B>(request: &Request<B>, exchange: &Exchange) -> Response<Payload> {
    let response = match (endure(exchange.behaviour()).await, request.method()) {
        (Mood::Refuses(status), _) => text(status, &status.to_string()),
        (Mood::Answers, &Method::GET | &Method::HEAD) => by_route(request, exchange).await,
        (Mood::Answers, _) => not_allowed(),
    };
    signed(response, exchange)
}

/// An answer with the headers that say who gave it and to whom.
pub(super) fn signed(mut response: Response<Payload>, exchange: &Exchange) -> Response<Payload> {
    let said = [
        (HeaderName::from_static(BACKEND_HEADER), exchange.identity().name.to_string()),
        (HeaderName::from_static(PEER_HEADER), exchange.peer.to_string()),
    ];
    let valid = said.into_iter().filter_map(|(name, value)| Some((name, value.parse().ok()?)));
    response.headers_mut().extend::<Vec<(_, HeaderValue)>>(valid.collect());
    response
}

/// Everything but its health is what the tiers behind it make of it: they are asked first.
async fn by_route<B>(request: &Request<B>, exchange: &Exchange) -> Response<Payload> {
    let route = Route::parse(request.uri().path());
    if route == Ok(Route::Health) {
        return routed(route, request, (exchange, &[])).await;
    }
    match tiers::ask(request, exchange).await {
        Ok(via) => {
            let mut response = routed(route, request, (exchange, &via)).await;
            if let (false, Ok(names)) = (via.is_empty(), via.join(", ").parse()) {
                response.headers_mut().insert(HeaderName::from_static(VIA_HEADER), names);
            }
            response
        }
        Err(broken) => text(broken.status, &broken.words),
    }
}

async fn routed<B>(
    route: Result<Route, Refusal>,
    request: &Request<B>,
    (exchange, via): (&Exchange, &[String]),
) -> Response<Payload> {
    if let Some(answer) = exchange.answer(path(request)) {
        let status = StatusCode::from_u16(answer.status).unwrap_or_default();
        return text(status, &answer.text);
    }
    match route {
        Ok(Route::Name) => name(exchange),
        Ok(Route::Whoami) => whoami(request, exchange, via),
        Ok(Route::Health) => text(StatusCode::OK, "ok"),
        Ok(Route::Status(status)) => text(status, &status.to_string()),
        Ok(Route::Delay(delay)) => {
            tokio::time::sleep(delay).await;
            name(exchange)
        }
        Ok(Route::Bytes(size)) => typed("application/octet-stream", Payload::Filler(size)),
        Err(refusal) => refuse(&refusal),
    }
}

/// The path and query.
fn path<B>(request: &Request<B>) -> &str {
    let uri = request.uri();
    uri.path_and_query().map_or(uri.path(), |whole| whole.as_str())
}

fn name(exchange: &Exchange) -> Response<Payload> {
    text(StatusCode::OK, exchange.identity().name.as_str())
}

fn whoami<B>(request: &Request<B>, exchange: &Exchange, via: &[String]) -> Response<Payload> {
    let seen = Whoami {
        name: exchange.identity().name.as_str(),
        local: exchange.local,
        peer: exchange.peer,
        vip: exchange.identity().vip(exchange.local.ip()),
        via,
        method: request.method().as_str(),
        path: path(request),
        headers: headers(request),
    };
    // Strings and numbers only: there is nothing in it that JSON cannot hold.
    let json = serde_json::to_string(&seen).unwrap_or_default();
    typed("application/json", Payload::Text((json + "\n").into()))
}

/// The headers in their order; one that comes twice has its values joined by a comma
/// (RFC 9110 section 5.2).
fn headers<B>(request: &Request<B>) -> IndexMap<&str, String> {
    let mut headers: IndexMap<&str, String> = IndexMap::new();
    for (name, value) in request.headers() {
        let value = String::from_utf8_lossy(value.as_bytes());
        let joined = headers.entry(name.as_str()).or_default();
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(&value);
    }
    headers
}

fn not_allowed() -> Response<Payload> {
    let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are served here");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(ALLOWED));
    response
}

fn refuse(refusal: &Refusal) -> Response<Payload> {
    text(refusal.status(), &refusal.to_string())
}

/// A line of text.
pub(super) fn text(status: StatusCode, line: &str) -> Response<Payload> {
    let mut response =
        typed("text/plain; charset=utf-8", Payload::Text(format!("{line}\n").into()));
    *response.status_mut() = status;
    response
}

fn typed(kind: &'static str, payload: Payload) -> Response<Payload> {
    let mut response = Response::new(payload);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
