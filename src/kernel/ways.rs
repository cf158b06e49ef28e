use super::observe::Interfaces;
use super::{Leads, ObservedDirectRoute, ObservedRoute};
use crate::lab::Family;
use ipnet::IpNet;
use rtnetlink::packet_route::AddressFamily;
use rtnetlink::packet_route::route::{
    RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteType,
};
use std::net::IpAddr;

/// A route with a next hop.
pub(super) fn via(message: &RouteMessage, interfaces: &Interfaces) -> Option<ObservedRoute> {
    let Way { destination, via, interface, .. } = way(message, interfaces)?;
    Some(ObservedRoute { destination, via: via?, interface })
}

/// Not one of those that go with an address, or that a router advertised.
pub(super) fn direct(
    message: &RouteMessage,
    interfaces: &Interfaces,
) -> Option<ObservedDirectRoute> {
    let by_itself = [RouteProtocol::Kernel, RouteProtocol::Ra];
    let Way { destination, via, interface, metric } = way(message, interfaces)?;
    let is_strange = via.is_none() && !by_itself.contains(&message.header.protocol);
    let family = match message.header.address_family {
        AddressFamily::Inet => Family::Inet,
        AddressFamily::Inet6 => Family::Inet6,
        _ => return None,
    };
    // In IPv6, routes that refuse packets have an interface too: `lo`.
    let leads = match (message.header.kind, interface) {
        (RouteType::BlackHole, _) => Leads::Blackhole,
        (RouteType::Unreachable, _) => Leads::Unreachable,
        (RouteType::Prohibit, _) => Leads::Prohibit,
        (RouteType::Throw, _) => Leads::Throw,
        (_, Some(interface)) => Leads::Out(interface),
        (_, None) => Leads::Several,
    };
    let tos = message.header.tos;
    is_strange.then_some(ObservedDirectRoute { family, destination, leads, metric, tos })
}

/// Where a route of the main table leads.
struct Way {
    destination: Option<IpNet>,
    via: Option<IpAddr>,
    interface: Option<String>,
    metric: u32,
}

fn way(message: &RouteMessage, interfaces: &Interfaces) -> Option<Way> {
    if message.header.table != RouteHeader::RT_TABLE_MAIN {
        return None;
    }
    let (mut destination, mut via, mut interface, mut metric) = (None, None, None, 0);
    for attribute in &message.attributes {
        match attribute {
            RouteAttribute::Destination(address) => destination = ip(address),
            RouteAttribute::Gateway(address) => via = ip(address),
            RouteAttribute::Oif(index) => interface = interfaces.get(index).cloned(),
            RouteAttribute::Priority(number) => metric = *number,
            _ => {}
        }
    }
    let length = message.header.destination_prefix_length;
    let destination = destination.and_then(|address| IpNet::new(address, length).ok());
    Some(Way { destination, via, interface, metric })
}

fn ip(address: &RouteAddress) -> Option<IpAddr> {
    match address {
        RouteAddress::Inet(v4) => Some(IpAddr::V4(*v4)),
        RouteAddress::Inet6(v6) => Some(IpAddr::V6(*v6)),
        _ => None,
    }
}
