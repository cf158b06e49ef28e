use super::Shown;
use crate::kernel::{Connection, ObservedDestination, ObservedService};
use crate::lab::{FirewallMark, ForwardingMethod, Protocol};
use crate::plan::ServiceKey;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// One director's table and connections.
pub fn director(shown: &Shown) -> Value {
    let (major, minor, patch) = shown.table.version;
    json!({
        "director": shown.director,
        "version": format!("{major}.{minor}.{patch}"),
        "size": shown.table.size,
        "virtual_services": shown.table.services.iter().map(service).collect::<Vec<_>>(),
        "connections": shown.connections.iter().map(connection).collect::<Vec<_>>(),
    })
}

fn service(service: &ObservedService) -> Value {
    let (protocol, address, mark) = parts(service.key);
    json!({
        "protocol": protocol,
        "vip": address.map(|address| address.ip()),
        "port": address.map(|address| address.port()),
        "firewall_mark": mark,
        "family": service.key.family(),
        "scheduled": service.scheduled,
        "scheduler": service.scheduler,
        "scheduler_flags": service.flags,
        "persistence_seconds": service.persistence.map(|p| p.timeout.as_secs()),
        "statistics": service.statistics,
        "real_servers": service.destinations.iter().map(destination).collect::<Vec<_>>(),
    })
}

fn parts(key: ServiceKey) -> (Option<Protocol>, Option<SocketAddr>, Option<FirewallMark>) {
    match key {
        ServiceKey::Address(protocol, address) => (Some(protocol), Some(address), None),
        ServiceKey::Mark(mark, _) => (None, None, Some(mark)),
    }
}

fn destination(destination: &ObservedDestination) -> Value {
    let entry = &destination.entry;
    json!({
        "rip": entry.address.ip(),
        "port": entry.address.port(),
        "forwarding": entry.forwarding,
        "tunnel": (entry.forwarding == ForwardingMethod::Tun).then_some(entry.tunnel),
        "weight": entry.weight,
        "upper_threshold": entry.thresholds.upper,
        "lower_threshold": entry.thresholds.lower,
        "active": destination.active,
        "inactive": destination.inactive,
        "statistics": destination.statistics,
    })
}

fn connection(connection: &Connection) -> Value {
    let (protocol, address, mark) = parts(connection.virtual_service);
    json!({
        "protocol": protocol,
        "client": connection.client,
        "virtual": address,
        "firewall_mark": mark,
        "destination": connection.destination,
        "state": connection.state,
        "template": connection.is_template(),
        "expires_seconds": connection.expires.as_secs(),
    })
}
