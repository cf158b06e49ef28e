use super::check::{checker, timing};
use crate::lab::{Destination, ForwardingMethod, OnFailure, Scheduled, VirtualService};
use crate::plan::page::Page;
use crate::plan::shell::{flag_word, netmask};

/// The virtual_server of a virtual service.
pub(super) fn virtual_server(page: &mut Page, service: &VirtualService) {
    page.comment(format_args!("virtual service `{}`", service.name));
    page.block(format_args!("virtual_server {} {}", service.vip, service.port), |page| {
        page.line(format_args!("lvs_sched {}", service.scheduler));
        for flag in &service.flags {
            page.line(flag_word(service.scheduler, *flag));
        }
        page.line(format_args!("lvs_method {}", method(service.forwarding)));
        if service.scheduled == Scheduled::Packets {
            page.line("ops");
        }
        persistence(page, service);
        page.line(format_args!("protocol {}", service.protocol.keyword().to_uppercase()));
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

/// FULLNAT is NAT to keepalived: the source NAT comes from elsewhere.
fn method(method: ForwardingMethod) -> &'static str {
    match method {
        ForwardingMethod::Nat | ForwardingMethod::FullNat => "NAT",
        ForwardingMethod::Dr => "DR",
        ForwardingMethod::Tun => "TUN",
    }
}

fn persistence(page: &mut Page, service: &VirtualService) {
    let Some(persistence) = service.persistence else { return };
    page.line(format_args!("persistence_timeout {}", persistence.timeout.as_secs()));
    if let Some(netmask) = netmask(persistence, service.vip.is_ipv4()) {
        page.line(format_args!("persistence_granularity {netmask}"));
    }
}

fn sorry_server(page: &mut Page, service: &VirtualService) {
    let Some(sorry) = &service.sorry_server else { return };
    page.comment(format_args!("`{}` serves alone while there is no quorum", sorry.real_server));
    page.line(format_args!("sorry_server {} {}", sorry.address, sorry.port));
    if sorry.forwarding != service.forwarding {
        page.line(format_args!("sorry_server_lvs_method {}", method(sorry.forwarding)));
    }
}

fn real_server(page: &mut Page, service: &VirtualService, destination: &Destination) {
    let (address, port) = (destination.address, destination.port);
    page.comment(format_args!("`{}`", destination.real_server));
    page.block(format_args!("real_server {address} {port}"), |page| {
        page.line(format_args!("weight {}", destination.weight));
        if destination.forwarding != service.forwarding {
            page.line(format_args!("lvs_method {}", method(destination.forwarding)));
        }
        if destination.thresholds.upper > 0 {
            page.line(format_args!("uthreshold {}", destination.thresholds.upper));
            page.line(format_args!("lthreshold {}", destination.thresholds.lower));
        }
        if let Some(check) = &service.health_check {
            checker(page, check, destination);
        }
    });
}
