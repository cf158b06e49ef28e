//! Requests and answers as the text of one datagram.

use super::answer::signed;
use super::body::Payload;
use super::server::Exchange;
use crate::lab::REQUEST_HEADER;
use http_body_util::BodyExt;
use hyper::{Method, Request, Response, StatusCode};

/// The largest answer, in bytes: what a UDP datagram over IPv4 can carry, less the head.
const BODY: u64 = 65_507 - 1024;

/// The request of a datagram: a first line `GET PATH`, as HTTP has it or without the version, or
/// `PATH` alone, or nothing at all for `/`; then headers, up to an empty line.
pub(super) fn request(text: &str) -> Option<Request<()>> {
    let mut lines = text.lines();
    let words: Vec<_> = lines.next().unwrap_or_default().split_whitespace().collect();
    let (method, path) = match words[..] {
        [] => ("GET", "/"),
        [path] if path.starts_with('/') => ("GET", path),
        [method, path] | [method, path, _] if path.starts_with('/') => (method, path),
        _ => return None,
    };
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in lines.map_while(|line| line.split_once(':')) {
        request = request.header(name.trim(), value.trim());
    }
    request.body(()).ok()
}

/// The answer to what is no request.
pub(super) fn unreadable(exchange: &Exchange) -> Response<Payload> {
    let words = "no request; write `GET /`, or another path";
    signed(super::answer::text(StatusCode::BAD_REQUEST, words), exchange)
}

/// The datagram of an answer: a status line, headers, an empty line and the body, as in HTTP/1.1.
pub(super) async fn datagram(
    request: Option<&Request<()>>,
    mut response: Response<Payload>,
) -> Vec<u8> {
    if response.body().left() > BODY {
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        let words = format!("a datagram carries no more than {BODY} bytes\n");
        *response.body_mut() = Payload::Text(words.into());
    }
    let number = request.and_then(|request| request.headers().get(REQUEST_HEADER));
    if let Some(number) = number {
        response.headers_mut().insert(REQUEST_HEADER, number.clone());
    }
    let mut bytes = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend(b"\r\n");
    if request.is_none_or(|request| request.method() != Method::HEAD) {
        let Ok(body) = response.into_body().collect().await;
        bytes.extend(body.to_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String)> {
        request(text).map(|request| (request.method().to_string(), request.uri().to_string()))
    }

    #[test]
    fn a_request_may_be_written_by_hand() {
        let root = Some(("GET".to_owned(), "/".to_owned()));
        for text in ["", "\n", "/", "/\n", "GET /", "GET / HTTP/1.1\r\n\r\n"] {
            assert_eq!(read(text), root, "{text:?}");
        }
        let post = Some(("POST".to_owned(), "/a?b=c".to_owned()));
        assert_eq!(read("POST /a?b=c\n"), post);
        for bad in ["hello", "GET", "GET whoami", "GET / HTTP/1.1 more"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn headers_end_at_the_empty_line() {
        let request = request("GET /\r\nX-A: 1\r\n\r\nX-B: 2\r\n").unwrap();
        assert_eq!(request.headers().len(), 1);
        assert_eq!(request.headers()["x-a"], "1");
    }

    #[tokio::test]
    async fn an_answer_is_the_text_of_http_with_the_number_of_its_request() {
        let request = request(&format!("GET /\r\n{REQUEST_HEADER}: 7\r\n")).unwrap();
        let response = super::super::answer::text(StatusCode::OK, "rs1");
        let text = String::from_utf8(datagram(Some(&request), response).await).unwrap();
        let lines: Vec<_> = text.split("\r\n").collect();
        let number = "x-lvs-lab-request: 7";
        let kind = "content-type: text/plain; charset=utf-8";
        assert_eq!(lines, ["HTTP/1.1 200 OK", kind, number, "", "rs1\n"]);
    }

    #[tokio::test]
    async fn what_no_datagram_can_carry_is_refused() {
        let datagram = datagram(None, Response::new(Payload::Filler(BODY + 1))).await;
        assert!(datagram.starts_with(b"HTTP/1.1 413 Payload Too Large\r\n"));
        assert!(datagram.len() < 200);
    }
}
