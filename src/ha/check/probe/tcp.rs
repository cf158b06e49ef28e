use crate::ha::check::failure::Failure;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Connects to a server (TCP_CHECK).
pub(super) async fn connect(server: SocketAddr, patience: Duration) -> Result<TcpStream, Failure> {
    match timeout(patience, TcpStream::connect(server)).await {
        Ok(connected) => connected.map_err(failure),
        Err(_) => Err(Failure::ConnectTimedOut(patience)),
    }
}

fn failure(error: io::Error) -> Failure {
    match error.kind() {
        ErrorKind::ConnectionRefused => Failure::Refused,
        _ => Failure::Connect(error),
    }
}
