use super::configuration::{Configuration, Instance, VirtualServer};
use crate::import::{Key, Said};
use std::net::IpAddr;

/// What an address is in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The director's own (unicast_src_ip, mcast_src_ip).
    Own,
    /// Another director's (unicast_peer).
    Peer,
    /// A VIP that an instance holds.
    Held,
    /// The VIP of a service.
    Virtual,
    /// A real server's.
    Real,
    /// A sorry server's.
    Sorry,
}

/// An address of a configuration.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// The address, and where it stands.
    pub address: Said<IpAddr>,
    /// What it is there.
    pub role: Role,
}

impl Role {
    /// What keepalived.conf(5) calls it.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Own => "unicast_src_ip",
            Self::Peer => "unicast_peer",
            Self::Held => "virtual_ipaddress",
            Self::Virtual => "virtual_server",
            Self::Real => "real_server",
            Self::Sorry => "sorry_server",
        }
    }

    /// Whether it is a VIP.
    pub fn is_vip(self) -> bool {
        match self {
            Self::Held | Self::Virtual => true,
            Self::Own | Self::Peer | Self::Real | Self::Sorry => false,
        }
    }

    /// Whether it is a server's, which a loopback address can be.
    pub fn is_server(self) -> bool {
        match self {
            Self::Real | Self::Sorry => true,
            Self::Own | Self::Peer | Self::Held | Self::Virtual => false,
        }
    }
}

/// Every address that a configuration says of an interface, a VIP or a server, with its place.
pub fn named(configuration: &Configuration) -> Vec<Named> {
    let instances = configuration.instances.iter().flat_map(of_instance);
    instances.chain(configuration.services.iter().flat_map(of_service)).collect()
}

fn of_instance(instance: &Instance) -> Vec<Named> {
    let named = |role| move |address| Named { address, role };
    let held = instance.vips.iter().chain(&instance.excluded);
    let held = held.map(|vip| Said { value: vip.address.addr(), spot: vip.spot });
    let own = instance.source.into_iter().map(named(Role::Own));
    let peers = instance.peers.iter().copied().map(named(Role::Peer));
    own.chain(peers).chain(held.map(named(Role::Held))).collect()
}

fn of_service(server: &VirtualServer) -> Vec<Named> {
    let named = |role| move |address| Named { address, role };
    let key = server.service.key;
    let vip = key.vip().map(|value| Said { value, spot: key.spot() });
    let rips = server.service.servers.iter().map(|server| server.address);
    let sorry = server.sorry.map(|(address, _)| address);
    let vip = vip.into_iter().map(named(Role::Virtual));
    vip.chain(rips.map(named(Role::Real))).chain(sorry.map(named(Role::Sorry))).collect()
}

/// A service as keepalived.conf(5) names it.
pub fn service(key: Key) -> String {
    match key {
        Key::Address { vip, port, .. } => format!("virtual_server {} {}", vip.value, port.value),
        Key::Mark { mark, .. } => format!("virtual_server fwmark {}", mark.value),
    }
}
