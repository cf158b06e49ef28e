use super::Cause;
use super::netlink::Netlink;
use ipnet::IpNet;
use rtnetlink::RouteMessageBuilder;
use rtnetlink::packet_route::RouteNetlinkMessage as Message;
use rtnetlink::packet_route::route::{RouteMessage, RouteProtocol};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Adds a route to the main table; without a destination it is the default route.
pub(super) fn add(node: &Netlink, destination: Option<IpNet>, via: IpAddr) -> Result<(), Cause> {
    // As `ip route add` makes it without further words.
    node.change([Message::NewRoute(message(destination, via, RouteProtocol::Boot)?)])
}

/// Removes a route from the main table, whoever made it.
pub(super) fn remove(node: &Netlink, destination: Option<IpNet>, via: IpAddr) -> Result<(), Cause> {
    // No protocol stands for any.
    node.change([Message::DelRoute(message(destination, via, RouteProtocol::Unspec)?)])
}

/// Every route, of every table.
pub(super) fn all(node: &Netlink) -> Result<Vec<RouteMessage>, Cause> {
    let answers = node.dump(Message::GetRoute(RouteMessage::default()))?;
    Ok(answers
        .into_iter()
        .filter_map(|answer| match answer {
            Message::NewRoute(route) => Some(route),
            _ => None,
        })
        .collect())
}

fn message(
    destination: Option<IpNet>,
    via: IpAddr,
    protocol: RouteProtocol,
) -> Result<RouteMessage, Cause> {
    let inet = || RouteMessageBuilder::<Ipv4Addr>::new().protocol(protocol);
    let inet6 = || RouteMessageBuilder::<Ipv6Addr>::new().protocol(protocol);
    match (destination, via) {
        (None, IpAddr::V4(via)) => Ok(inet().gateway(via).build()),
        (None, IpAddr::V6(via)) => Ok(inet6().gateway(via).build()),
        (Some(IpNet::V4(net)), IpAddr::V4(via)) => {
            Ok(inet().destination_prefix(net.network(), net.prefix_len()).gateway(via).build())
        }
        (Some(IpNet::V6(net)), IpAddr::V6(via)) => {
            Ok(inet6().destination_prefix(net.network(), net.prefix_len()).gateway(via).build())
        }
        (Some(net), via) => {
            Err(Cause::Other(format!("{net} and {via} are of different address families")))
        }
    }
}
