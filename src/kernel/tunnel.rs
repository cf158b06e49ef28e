use super::netlink::Netlink;
use super::program::failure;
use super::{Cause, Namespace, links};
use crate::lab::TunnelEnd;
use crate::programs::Program;
use nix::errno::Errno;

/// By ioctl, as netlink changes nothing of an interface that every namespace has
/// (`ip6_tnl_changelink` in net/ipv6/ip6_tunnel.c, Linux 6.1).
const IP: Program = Program::listed("ip");

/// Sets an interface up. An end of tunnels is made where the namespace lacks it, as they all do under
/// `net.core.fb_tunnels_only_for_init_net` (Documentation/admin-guide/sysctl/net.rst).
pub(super) fn set_up(node: &Netlink, interface: &str) -> Result<(), Cause> {
    match (links::set_up(node, interface), TunnelEnd::of_interface(interface)) {
        (Err(cause), Some(end)) if cause.number() == Some(Errno::ENODEV) => {
            links::make(node, interface, end.kind())?;
            links::set_up(node, interface)
        }
        (set, _) => set,
    }
}

/// Has an end of tunnels over IPv6 take packets of a mode of ip-tunnel(8): `any` or `ip6ip6`.
pub(super) async fn take(namespace: &Namespace, interface: &str, mode: &str) -> Result<(), Cause> {
    let words = ["-6", "tunnel", "change", interface, "mode", mode];
    let output = IP.run(namespace, &words, "").await?;
    if output.status.success() { Ok(()) } else { Err(failure(&output)) }
}
