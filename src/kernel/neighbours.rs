use super::Cause;
use super::netlink::Netlink;
use rtnetlink::packet_route::RouteNetlinkMessage as Message;
use rtnetlink::packet_route::neighbour::{
    NeighbourAddress, NeighbourAttribute, NeighbourMessage, NeighbourState,
};
use std::net::IpAddr;

/// What a node knows of another on its link (ip-neighbour(8)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Its address.
    pub address: IpAddr,
    /// Its link-layer address, as in `02:00:00:00:00:01`; none while nothing answers for it.
    pub mac: Option<String>,
    /// Whether it did not answer when it was asked.
    pub failed: bool,
}

/// The neighbours of a node, without those that are there by themselves.
pub(super) fn all(node: &Netlink) -> Result<Vec<Neighbour>, Cause> {
    let answers = node.dump(Message::GetNeighbour(NeighbourMessage::default()))?;
    Ok(answers
        .into_iter()
        .filter_map(|answer| match answer {
            Message::NewNeighbour(neighbour) => read(&neighbour),
            _ => None,
        })
        .collect())
}

fn read(message: &NeighbourMessage) -> Option<Neighbour> {
    let (mut address, mut mac) = (None, None);
    for attribute in &message.attributes {
        match attribute {
            NeighbourAttribute::Destination(NeighbourAddress::Inet(v4)) => {
                address = Some(IpAddr::V4(*v4));
            }
            NeighbourAttribute::Destination(NeighbourAddress::Inet6(v6)) => {
                address = Some(IpAddr::V6(*v6));
            }
            NeighbourAttribute::LinkLayerAddress(octets) => {
                let octets: Vec<_> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
                mac = Some(octets.join(":"));
            }
            _ => {}
        }
    }
    let failed = [NeighbourState::Failed, NeighbourState::Incomplete];
    let failed = failed.contains(&message.header.state);
    let by_itself = message.header.state == NeighbourState::Noarp;
    address.filter(|_| !by_itself).map(|address| Neighbour { address, mac, failed })
}
