//! Servers that behave as they are told.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What a server does with a connection.
#[derive(Clone, Copy)]
pub enum Behaviour {
    /// It answers with this status and body.
    Answers(u16, &'static str),
    /// It does so after this time.
    Lags(Duration),
    /// It accepts, and never answers.
    Hangs,
}

/// A server of plain HTTP.
pub struct Server {
    pub address: SocketAddr,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl Server {
    /// A server on a free port of the loopback of the calling thread's namespace.
    pub fn new(behaviour: Behaviour) -> Self {
        Self::at(([127, 0, 0, 1], 0).into(), behaviour)
    }

    /// A server at this address.
    pub fn at(address: SocketAddr, behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let behaviour = Arc::new(Mutex::new(behaviour));
        let server = Self { address, behaviour: behaviour.clone() };
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let behaviour = *behaviour.lock().unwrap();
                thread::spawn(move || serve(client, behaviour));
            }
        });
        server
    }

    /// Makes the server do something else with its next connections.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
    }
}

/// An address that nobody listens at.
pub fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn serve(mut client: TcpStream, behaviour: Behaviour) {
    let (status, body) = match behaviour {
        Behaviour::Answers(status, body) => (status, body),
        Behaviour::Lags(time) => {
            thread::sleep(time);
            (200, "late")
        }
        Behaviour::Hangs => {
            // Until the other side gives up.
            while client.read(&mut [0; 512]).is_ok_and(|count| count > 0) {}
            return;
        }
    };
    let _ = client.read(&mut [0; 512]);
    let length = body.len();
    let _ = write!(client, "HTTP/1.1 {status} Any\r\nContent-Length: {length}\r\n\r\n{body}");
}
