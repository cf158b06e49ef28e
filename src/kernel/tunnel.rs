use super::program::failure;
use super::{Cause, Namespace};
use crate::programs::Program;

/// By ioctl, as netlink changes nothing of an interface that every namespace has
/// (`ip6_tnl_changelink` in net/ipv6/ip6_tunnel.c, Linux 6.1).
const IP: Program = Program::listed("ip");

/// Has an end of tunnels over IPv6 take packets of a mode of ip-tunnel(8): `any` or `ip6ip6`.
pub(super) async fn take(namespace: &Namespace, interface: &str, mode: &str) -> Result<(), Cause> {
    let words = ["-6", "tunnel", "change", interface, "mode", mode];
    let output = IP.run(namespace, &words, "").await?;
    if output.status.success() { Ok(()) } else { Err(failure(&output)) }
}
