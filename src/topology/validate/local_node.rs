use super::super::rule;
use super::{View, link};
use crate::lab::{Destination, ForwardingMethod, VirtualService};

/// What a director that stands in its own table asks for.
pub fn check(service: &VirtualService, local: &Destination, view: &mut View<'_>) {
    if !local.forwarding.keeps_vip() && local.address.is_loopback() {
        loopback(local, view);
    }
    if service.directors.len() > 1 {
        match local.forwarding {
            ForwardingMethod::Nat => bypassed(service, local, view),
            ForwardingMethod::Dr | ForwardingMethod::Tun => ping_pong(service, view),
            ForwardingMethod::FullNat => {}
        }
    }
}

/// `ip_vs_nat_xmit` drops what came from outside and would get a loopback address
/// (net/netfilter/ipvs/ip_vs_xmit.c).
fn loopback(local: &Destination, view: &mut View<'_>) {
    view.push(rule::LOCAL_NODE.at(
        &local.at,
        format!("NAT cannot send a client's packets to `{}`", local.address),
        format!(
            "use an address that `{}` has on a network: the kernel drops packets from outside that \
             would get a loopback address",
            local.real_server
        ),
    ));
}

fn bypassed(service: &VirtualService, local: &Destination, view: &mut View<'_>) {
    view.push(rule::LOCAL_NODE.at(
        &local.at,
        format!(
            "`{}` serves for another director of `{}` by NAT, and its replies bypass that one",
            local.real_server, service.name
        ),
        "let one director hold the service, or use FULLNAT: a director's gateway is not the other \
         director",
    ));
}

fn ping_pong(service: &VirtualService, view: &mut View<'_>) {
    let all = service.at.key("real_servers");
    if view.sure(&all) {
        let directors = link::names(service.local_nodes().map(|local| &local.real_server));
        view.push(rule::PING_PONG.at(
            &all.as_key(),
            format!(
                "{directors} of `{}` forward to each other, and the other one's table may send a packet \
                 back",
                service.name
            ),
            "let only the master have a table, or mark packets unless they come from the other \
             director, and make a virtual service of the mark",
        ));
    }
}
