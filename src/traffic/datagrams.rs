use super::link::{Get, read};
use super::pool::Fresh;
use super::{Answer, Failure};
use crate::lab::REQUEST_HEADER;
use hyper::Response;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tokio::net::UdpSocket;

/// How much of an answer is looked at, in bytes: its head is in there, and the rest is left.
const HEAD: usize = 2048;

/// The number of the next request, so that a late answer is not taken for another one's.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A socket that sends one datagram for each request, always to the same server.
pub(super) struct Datagrams {
    pub(super) number: usize,
    local: SocketAddr,
    socket: UdpSocket,
}

impl Datagrams {
    /// Connects the socket, so that it hears from this server only, and of its absence (udp(7)).
    pub(super) async fn dial(fresh: Fresh, to: SocketAddr) -> Result<Self, Failure> {
        let connected = async {
            let socket = UdpSocket::from_std(fresh.socket.into())?;
            socket.connect(to).await?;
            io::Result::Ok((socket.local_addr()?, socket))
        };
        let (local, socket) = connected.await.map_err(|error| Failure::of_connect(&error))?;
        Ok(Self { number: fresh.number, local, socket })
    }

    /// Sends a request and waits for its answer.
    pub(super) async fn exchange(&self, request: &Get) -> Result<Answer, Failure> {
        let number = NEXT.fetch_add(1, Relaxed).to_string();
        let text = format!("GET {} HTTP/1.1\r\n{REQUEST_HEADER}: {number}\r\n\r\n", request.uri());
        let failed = |error: io::Error| Failure::of_datagram(&error);
        self.socket.send(text.as_bytes()).await.map_err(failed)?;
        let mut head = [0; HEAD];
        loop {
            let length = self.socket.recv(&mut head).await.map_err(failed)?;
            let response = parsed(&head[..length]).ok_or(Failure::Malformed)?;
            let said = response.headers().get(REQUEST_HEADER);
            if said.is_none_or(|said| said.as_bytes() == number.as_bytes()) {
                return Ok(read(&response, self.local));
            }
        }
    }
}

/// The head of an answer: a status line and headers, as in HTTP/1.1.
fn parsed(datagram: &[u8]) -> Option<Response<()>> {
    let text = String::from_utf8_lossy(datagram);
    let mut lines = text.lines();
    let mut words = lines.next()?.split(' ');
    let status = words.next().filter(|version| *version == "HTTP/1.1").and(words.next())?;
    let mut response = Response::builder().status(status);
    for (name, value) in lines.map_while(|line| line.split_once(": ")) {
        response = response.header(name, value);
    }
    response.body(()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_an_answer_is_read_and_nothing_more() {
        let text = b"HTTP/1.1 503 Service Unavailable\r\nx-lvs-lab-backend: rs1\r\n\r\nx: y\n";
        let response = parsed(text).unwrap();
        assert_eq!((response.status().as_u16(), response.headers().len()), (503, 1));
        assert_eq!(response.headers()["x-lvs-lab-backend"], "rs1");
        for bad in [&b"hello"[..], b"", b"HTTP/1.1", b"HTTP/1.1 abc\r\n", b"\xff\xfe"] {
            assert!(parsed(bad).is_none(), "{bad:?}");
        }
    }
}
