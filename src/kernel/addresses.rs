use super::Cause;
use super::links;
use super::netlink::Netlink;
use ipnet::IpNet;
use rtnetlink::AddressMessageBuilder;
use rtnetlink::packet_route::AddressFamily;
use rtnetlink::packet_route::RouteNetlinkMessage as Message;
use rtnetlink::packet_route::address::{
    AddressAttribute, AddressFlags, AddressMessage, AddressScope, CacheInfo,
};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The loopback's index: it is the first interface of every namespace (LOOPBACK_IFINDEX in
/// net/net_namespace.h).
const LOOPBACK: u32 = 1;

/// The prefix length of an IPv6 address without a subnet, as VIPs are.
const ALONE: u8 = 128;

/// How long an address lives that stays, but is not what the node speaks from, as long as it has
/// another one: else the envelopes of TUN would come from the VIP, which the real server owns too.
/// keepalived does the same to each /128 (`preferred_lft` in keepalived.conf(5)).
fn deprecated() -> CacheInfo {
    let mut lifetime = CacheInfo::default();
    (lifetime.ifa_preferred, lifetime.ifa_valid) = (0, u32::MAX);
    lifetime
}

/// Adds an address to an interface.
pub(super) fn add(node: &Netlink, interface: &str, address: IpNet) -> Result<(), Cause> {
    let mut message = message(index(node, interface)?, address);
    if address.addr().is_ipv6() {
        // Nobody else can have it: without this it is tentative, and useless, for a second.
        message.attributes.push(AddressAttribute::Flags(AddressFlags::Nodad));
    }
    if matches!(address, IpNet::V6(net) if net.prefix_len() == ALONE) {
        message.attributes.push(AddressAttribute::CacheInfo(deprecated()));
    }
    node.change([Message::NewAddress(message)])
}

/// Removes an address from an interface.
pub(super) fn remove(node: &Netlink, interface: &str, address: IpNet) -> Result<(), Cause> {
    let message = message(index(node, interface)?, address);
    node.change([Message::DelAddress(message)])
}

/// Whether there is an IPv6 address that others can reach.
pub(super) fn has_global_ipv6(node: &Netlink) -> Result<bool, Cause> {
    let is_global = |address: &AddressMessage| {
        let header = &address.header;
        header.family == AddressFamily::Inet6 && header.scope == AddressScope::Universe
    };
    Ok(of_family(node, AddressFamily::Inet6)?.iter().any(is_global))
}

/// Whether an address is on `lo`: there a director that is not master may have a VIP too, so that
/// it can serve for the master.
pub(super) fn is_hidden(address: &AddressMessage) -> bool {
    address.header.index == LOOPBACK
}

/// Whether some interface has an address, `lo` apart.
pub(super) fn is_held(node: &Netlink, address: IpAddr) -> Result<bool, Cause> {
    Ok(all(node)?.iter().any(|there| !is_hidden(there) && own(there) == Some(address)))
}

/// Every address that a socket can be bound to without naming an interface too, as it must for an
/// IPv6 link-local one. A director that serves for the master has a VIP on `lo` and, while it is
/// master itself, on another interface: it comes once.
pub(super) fn bindable(node: &Netlink) -> Result<BTreeSet<IpAddr>, Cause> {
    let all = all(node)?;
    let wide = all.iter().filter(|there| there.header.scope != AddressScope::Link);
    Ok(wide.filter_map(own).collect())
}

/// The address itself: IFA_LOCAL, which only IPv6 leaves out, and has it in IFA_ADDRESS
/// (linux/if_addr.h).
pub(super) fn own(message: &AddressMessage) -> Option<IpAddr> {
    let local = message.attributes.iter().find_map(|attribute| match attribute {
        AddressAttribute::Local(address) => Some(*address),
        _ => None,
    });
    let alone = || {
        message.attributes.iter().find_map(|attribute| match attribute {
            AddressAttribute::Address(address) => Some(*address),
            _ => None,
        })
    };
    local.or_else(alone)
}

/// Every address.
pub(super) fn all(node: &Netlink) -> Result<Vec<AddressMessage>, Cause> {
    of_family(node, AddressFamily::Unspec)
}

/// Every address of a family; a kernel that does not know the family tells all that there are.
fn of_family(node: &Netlink, family: AddressFamily) -> Result<Vec<AddressMessage>, Cause> {
    let mut question = AddressMessage::default();
    question.header.family = family;
    let answers = node.dump(Message::GetAddress(question))?;
    Ok(answers
        .into_iter()
        .filter_map(|answer| match answer {
            Message::NewAddress(address) => Some(address),
            _ => None,
        })
        .collect())
}

fn index(node: &Netlink, interface: &str) -> Result<u32, Cause> {
    match interface {
        "lo" => Ok(LOOPBACK),
        other => links::index(node, other),
    }
}

/// The message for an address as `ip address add` makes it without further words, which gives it
/// no broadcast address.
fn message(index: u32, address: IpNet) -> AddressMessage {
    let mut message = match address {
        IpNet::V4(net) => AddressMessageBuilder::<Ipv4Addr>::new()
            .index(index)
            .address(net.addr(), net.prefix_len())
            .build(),
        IpNet::V6(net) => AddressMessageBuilder::<Ipv6Addr>::new()
            .index(index)
            .address(net.addr(), net.prefix_len())
            .build(),
    };
    message.attributes.retain(|attribute| !matches!(attribute, AddressAttribute::Broadcast(_)));
    message
}
