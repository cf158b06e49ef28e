use super::Cause;
use super::namespace::Namespace;
use super::netlink::Netlink;
use super::site::Site;
use crate::lab::{NetworkName, NodeName, SysctlKey};
use nix::errno::Errno;
use nix::libc;
use rtnetlink::packet_route::RouteNetlinkMessage as Message;
use rtnetlink::packet_route::link::{
    AfSpecInet6, AfSpecUnspec, In6AddrGenMode, InfoBridge, InfoData, InfoVeth, LinkAttribute,
    LinkExtentMask, LinkInfo, LinkMessage,
};
use rtnetlink::{LinkBridge, LinkMessageBuilder, LinkUnspec, LinkVeth};
use std::os::fd::{AsFd, AsRawFd};

/// A veth pair: an interface in a node, and the port of a bridge at its other end.
pub(super) struct Cable<'a> {
    /// The node's interface, `eth<n>`.
    pub(super) interface: &'a str,
    /// The node's namespace.
    pub(super) namespace: &'a Namespace,
    /// The port's name.
    pub(super) port: String,
    /// The MTU of both ends in bytes, where it differs from the kernel's.
    pub(super) mtu: Option<u32>,
}

/// The name of the bridge port that a node's `eth<n>` ends in.
pub(super) fn port(node: &NodeName, interface: &str) -> String {
    format!("{node}.{}", interface.trim_start_matches(|c: char| !c.is_ascii_digit()))
}

/// Makes a bridge, up. It learns nothing of multicast: snooping costs time and teaches nothing.
pub(super) fn create_bridge(
    switch: &Netlink,
    network: &NetworkName,
    mtu: Option<u32>,
) -> Result<(), Cause> {
    let snooping = InfoData::Bridge(vec![InfoBridge::MulticastSnooping(false)]);
    let bridge = LinkBridge::new(network.as_str()).set_info_data(snooping);
    switch.change([Message::NewLink(with_mtu(bridge, mtu).build())])
}

/// Makes a veth pair with both ends in their places and the port plugged in: a device that is
/// moved later waits for RCU grace periods, some 20 ms each.
pub(super) fn plug_in(
    switch: &Netlink,
    network: &NetworkName,
    cable: &Cable<'_>,
) -> Result<(), Cause> {
    let bridge = index(switch, network.as_str())?;
    // The peer must not be up yet (ENOTCONN): the ends do not know each other when it is made.
    let peer =
        LinkUnspec::new_with_name(cable.interface).setns_by_fd(cable.namespace.as_fd().as_raw_fd());
    let peer = with_mtu(one_queue(peer), cable.mtu).build();
    let port = LinkVeth::new(&cable.port, cable.interface)
        .set_info_data(InfoData::Veth(InfoVeth::Peer(peer)))
        .controller(bridge)
        .up();
    switch.change([Message::NewLink(with_mtu(one_queue(port), cable.mtu).build())])
}

/// Sets a node's interface up, without an IPv6 link-local address: that saves duplicate address
/// detection, whose packets a bridge floods to every other port.
pub(super) fn bring_up_quietly(node: &Netlink, interface: &str) -> Result<(), Cause> {
    let mode = AfSpecInet6::AddrGenMode(In6AddrGenMode::None);
    let quiet = LinkUnspec::new_with_name(interface)
        .append_extra_attribute(LinkAttribute::AfSpecUnspec(vec![AfSpecUnspec::Inet6(vec![mode])]));
    let up = LinkUnspec::new_with_name(interface).up();
    node.change([Message::SetLink(quiet.build()), Message::SetLink(up.build())])
}

/// Keeps IPv6 off the interfaces that a namespace gets from now on: bridges and their ports would
/// chatter, each to all others. A kernel without IPv6 has nothing to forbid.
pub(super) fn forbid_ipv6(switch: &mut Site) -> Result<(), Cause> {
    let key = SysctlKey("net.ipv6.conf.default.disable_ipv6".to_owned());
    match switch.set(&key, "1") {
        Err(cause) if cause.number() == Some(Errno::ENOENT) => Ok(()),
        written => written,
    }
}

/// Sets an interface up.
pub(super) fn set_up(node: &Netlink, interface: &str) -> Result<(), Cause> {
    node.change([Message::SetLink(LinkUnspec::new_with_name(interface).up().build())])
}

/// Sets an interface down.
pub(super) fn set_down(node: &Netlink, interface: &str) -> Result<(), Cause> {
    node.change([Message::SetLink(LinkUnspec::new_with_name(interface).down().build())])
}

/// Makes an interface of a kind (`IFLA_INFO_KIND`, ip-link(8)) with the kernel's own settings.
pub(super) fn make(node: &Netlink, interface: &str, kind: &str) -> Result<(), Cause> {
    let info = LinkAttribute::LinkInfo(vec![LinkInfo::Kind(kind.into())]);
    let link = LinkUnspec::new_with_name(interface).append_extra_attribute(info);
    node.change([Message::NewLink(link.build())])
}

/// Whether the kernel knows a kind of interface; asked, it loads the module if it can. The namespace
/// may have one of this kind afterwards.
pub(super) fn knows(node: &Netlink, kind: &str) -> bool {
    // Where the kind is known it may be refused for other reasons: the module has made one.
    make(node, kind, kind).map_err(|cause| cause.number()) != Err(Some(Errno::EOPNOTSUPP))
}

/// Deletes an interface, and with it the other end of a pair.
pub(super) fn delete(netlink: &Netlink, interface: &str) -> Result<(), Cause> {
    netlink.change([Message::DelLink(LinkUnspec::new_with_name(interface).build())])
}

nix::ioctl_readwrite_bad!(get_index, libc::SIOCGIFINDEX, libc::ifreq);

/// The index of an interface (netdevice(7)). Netlink would tell all that there is about it.
pub(super) fn index(netlink: &Netlink, interface: &str) -> Result<u32, Cause> {
    let refused = |errno| Cause::errno("SIOCGIFINDEX", errno);
    // SAFETY: all fields are numbers, for which zero is valid.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    // A name ends with a zero.
    if interface.len() >= request.ifr_name.len() {
        return Err(refused(Errno::ENODEV));
    }
    for (place, byte) in request.ifr_name.iter_mut().zip(interface.bytes()) {
        *place = byte.cast_signed();
    }
    // SAFETY: the request lives until the call returns.
    unsafe { get_index(netlink.as_raw_fd(), &mut request) }.map_err(refused)?;
    // SAFETY: the kernel has filled in this field of the union.
    Ok(unsafe { request.ifr_ifru.ifru_ifindex }.cast_unsigned())
}

/// Every interface.
pub(super) fn all(netlink: &Netlink) -> Result<Vec<LinkMessage>, Cause> {
    let mut question = LinkMessage::default();
    question.attributes.push(without_statistics());
    let answers = netlink.dump(Message::GetLink(question))?;
    Ok(answers
        .into_iter()
        .filter_map(|answer| match answer {
            Message::NewLink(link) => Some(link),
            _ => None,
        })
        .collect())
}

/// Half of an answer would be counters otherwise.
fn without_statistics() -> LinkAttribute {
    LinkAttribute::ExtMask(vec![LinkExtentMask::SkipStats])
}

fn with_mtu<T>(link: LinkMessageBuilder<T>, mtu: Option<u32>) -> LinkMessageBuilder<T> {
    match mtu {
        Some(mtu) => link.mtu(mtu),
        None => link,
    }
}

/// veth makes a queue for each possible processor otherwise, which costs a quarter of the time.
fn one_queue<T>(link: LinkMessageBuilder<T>) -> LinkMessageBuilder<T> {
    link.append_extra_attribute(LinkAttribute::NumTxQueues(1))
        .append_extra_attribute(LinkAttribute::NumRxQueues(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_has_an_index_unless_it_is_not_there() {
        let here = Netlink::here().unwrap();
        assert_eq!(index(&here, "lo").unwrap(), 1);
        for name in ["no-such", "a-name-longer-than-names-are"] {
            assert_eq!(index(&here, name).unwrap_err().number(), Some(Errno::ENODEV), "{name}");
        }
    }

    #[test]
    fn a_port_has_the_number_of_its_interface() {
        assert_eq!(port(&"rs1".parse().unwrap(), "eth12"), "rs1.12");
    }
}
