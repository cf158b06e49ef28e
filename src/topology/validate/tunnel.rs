use super::super::{
    rule,
    wire::{self, TunnelDetails, TunnelKind},
};
use super::{Draft, View, number::Bounds};
use crate::lab::{ForwardingMethod, Node, Place, Tunnel, TunnelChecksum, VirtualService};

/// The port that GUE has where none is given: what ipvsadm's and iproute2's examples use.
const GUE_PORT: i64 = 6080;

/// Builds a tunnel.
pub fn build(wire: &wire::Tunnel, at: &Place, draft: &mut Draft<'_>) -> Option<Tunnel> {
    let plain;
    let details = match wire {
        wire::Tunnel::Details(details) => details,
        wire::Tunnel::Kind(kind) => {
            plain = TunnelDetails::plain(*kind);
            &plain
        }
    };
    let fits = settings_fit(details, at, draft);
    let port =
        Bounds::port().check(details.port.unwrap_or(GUE_PORT), &at.key("port"), draft.faults);
    let checksum = details.checksum.unwrap_or_default();
    fits.then_some(match details.kind {
        TunnelKind::Ipip => Tunnel::Ipip,
        TunnelKind::Gre => Tunnel::Gre(checksum),
        TunnelKind::Gue => Tunnel::Gue { port: port?, checksum },
    })
}

/// Whether the kind of tunnel knows what is set.
fn settings_fit(details: &TunnelDetails, at: &Place, draft: &mut Draft<'_>) -> bool {
    let mut fits = true;
    let mut refuse = |key: &str, message: &str, help: &str| {
        draft.faults.push(rule::TUNNEL_SETTING.at(&at.key(key), message, help));
        fits = false;
    };
    if details.port.is_some() && !matches!(details.kind, TunnelKind::Gue) {
        refuse("port", "only GUE has a port", "leave `port` out, or write `kind: gue`");
    }
    match (details.kind, details.checksum) {
        (TunnelKind::Ipip, Some(_)) => {
            let help = "leave `checksum` out, or write `kind: gre` or `kind: gue`";
            refuse("checksum", "IPIP has no checksum", help);
        }
        (TunnelKind::Gre, Some(TunnelChecksum::Remote)) => {
            let help = "write `checksum: full`, or `kind: gue`";
            refuse("checksum", "GRE has no remote checksum", help);
        }
        _ => {}
    }
    fits
}

/// A tunnel at a real server that is forwarded to by another method than TUN.
pub fn without_tun(method: ForwardingMethod, at: &Place, draft: &mut Draft<'_>) {
    if method != ForwardingMethod::Tun {
        let method = method.keyword().to_uppercase();
        let help = "leave `tunnel` out, or write `forwarding: tun`";
        let message = format!("there is no tunnel in {method}");
        draft.faults.push(rule::TUNNEL_WITHOUT_TUN.at(at, message, help));
    }
}

/// A tunnel of a virtual service none of whose real servers is forwarded to by TUN.
pub fn unused(service: &VirtualService, draft: &mut Draft<'_>) {
    if !service.methods().contains(&ForwardingMethod::Tun) {
        without_tun(service.forwarding, &service.at.key("tunnel"), draft);
    }
}

/// Real servers that would drop each packet: `gre0` takes none with a checksum (`ip_tunnel_rcv` in
/// net/ipv4/ip_tunnel.c of Linux), only a device that was made with `icsum` does.
pub fn check(view: &mut View<'_>) {
    for (_, destination, server) in view.destinations() {
        let full = destination.tunnel == Tunnel::Gre(TunnelChecksum::Full);
        let tunnels = destination.forwarding == ForwardingMethod::Tun;
        if full && tunnels && !takes_checksums(server) {
            let (name, rip) = (&server.name, destination.address);
            view.push(rule::GRE_CHECKSUM.at(
                &destination.at,
                format!("`{name}` drops GRE packets that have a checksum"),
                format!(
                    "leave `checksum` out, or give `{name}` a device that takes them: `commands: \
                     [ip link add sums type gre local {rip} icsum, ip link set sums up]`"
                ),
            ));
        }
    }
}

/// Whether the file makes a GRE device that takes checksums.
fn takes_checksums(server: &Node) -> bool {
    server.commands.iter().any(|command| command.shell.contains("icsum"))
}
