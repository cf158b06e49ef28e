use super::check::{checker, timing};
use crate::lab::{
    Destination, Family, ForwardingMethod, OnFailure, Scheduled, Tunnel, VirtualService,
};
use crate::plan::page::Page;
use crate::plan::shell::{flag_word, netmask};

/// The virtual_server of a virtual service.
pub(super) fn virtual_server(page: &mut Page, service: &VirtualService) {
    page.comment(format_args!("virtual service `{}`", service.name));
    page.block(format_args!("virtual_server {}", name(service)), |page| {
        page.line(format_args!("lvs_sched {}", service.scheduler));
        for flag in &service.flags {
            page.line(flag_word(service.scheduler, *flag));
        }
        page.line(format_args!("lvs_method {}", method(service.forwarding, service.tunnel)));
        if service.scheduled == Scheduled::Packets {
            page.line("ops");
        }
        persistence(page, service);
        if service.marked.is_none() {
            page.line(format_args!("protocol {}", service.protocol.keyword().to_uppercase()));
        }
        page.line(format_args!("quorum {}", service.quorum.weight));
        page.line(format_args!("hysteresis {}", service.quorum.hysteresis));
        if let Some(check) = &service.health_check {
            timing(page, check);
            if check.on_failure == OnFailure::Quiesce {
                page.line("inhibit_on_failure");
            }
        }
        sorry_server(page, service);
        for destination in &service.destinations {
            page.gap();
            real_server(page, service, destination);
        }
    });
}

/// What IPVS knows its packets by.
fn name(service: &VirtualService) -> String {
    match &service.marked {
        Some(marked) => format!("fwmark {}", marked.mark),
        None => format!("{} {}", service.vip, service.port),
    }
}

/// FULLNAT is NAT to keepalived: the source NAT comes from elsewhere.
fn method(method: ForwardingMethod, by: Tunnel) -> String {
    match method {
        ForwardingMethod::Nat | ForwardingMethod::FullNat => "NAT".to_owned(),
        ForwardingMethod::Dr => "DR".to_owned(),
        ForwardingMethod::Tun => tunnel(by),
    }
}

/// keepalived has ipvsadm's words for a checksum, without `tun-`.
fn tunnel(tunnel: Tunnel) -> String {
    let checksum = tunnel.checksum().option().trim_start_matches("tun-");
    match tunnel {
        Tunnel::Ipip => "TUN".to_owned(),
        Tunnel::Gre(_) => format!("TUN type gre {checksum}"),
        Tunnel::Gue { port, .. } => format!("TUN type gue port {port} {checksum}"),
    }
}

fn persistence(page: &mut Page, service: &VirtualService) {
    let Some(persistence) = service.persistence else { return };
    page.line(format_args!("persistence_timeout {}", persistence.timeout.as_secs()));
    if let Some(netmask) = netmask(persistence, Family::of(service.vip)) {
        page.line(format_args!("persistence_granularity {netmask}"));
    }
}

/// Whether a real server is not forwarded to as its service says.
fn differs(destination: &Destination, service: &VirtualService) -> bool {
    let tunnels = destination.forwarding == ForwardingMethod::Tun;
    destination.forwarding != service.forwarding || tunnels && destination.tunnel != service.tunnel
}

fn sorry_server(page: &mut Page, service: &VirtualService) {
    let Some(sorry) = &service.sorry_server else { return };
    page.comment(format_args!("`{}` serves alone while there is no quorum", sorry.real_server));
    page.line(format_args!("sorry_server {} {}", sorry.address, sorry.port));
    if differs(sorry, service) {
        let method = method(sorry.forwarding, sorry.tunnel);
        page.line(format_args!("sorry_server_lvs_method {method}"));
    }
}

fn real_server(page: &mut Page, service: &VirtualService, destination: &Destination) {
    let (address, port) = (destination.address, destination.port);
    page.comment(format_args!("`{}`", destination.real_server));
    page.block(format_args!("real_server {address} {port}"), |page| {
        page.line(format_args!("weight {}", destination.weight));
        if differs(destination, service) {
            let method = method(destination.forwarding, destination.tunnel);
            page.line(format_args!("lvs_method {method}"));
        }
        if destination.thresholds.upper > 0 {
            page.line(format_args!("uthreshold {}", destination.thresholds.upper));
            page.line(format_args!("lthreshold {}", destination.thresholds.lower));
        }
        if let Some(check) = &service.health_check {
            checker(page, check, service, destination);
        }
    });
}
