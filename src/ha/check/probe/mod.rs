//! One attempt at a real server.

mod body;
mod command;
mod http;
mod tcp;

use super::failure::Failure;
use crate::lab::{HealthCheck, Probe};
use std::net::SocketAddr;

/// Tries a server once. Dropping it closes the connection, or kills the command.
pub(super) async fn attempt(check: &HealthCheck, server: SocketAddr) -> Result<(), Failure> {
    let patience = check.connect_timeout;
    match &check.probe {
        Probe::Http(probe) => http::attempt(probe, server, patience).await,
        Probe::Tcp => tcp::connect(server, patience).await.map(drop),
        Probe::Command { shell } => command::attempt(shell, server, patience).await,
    }
}
