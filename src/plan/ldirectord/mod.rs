//! A director in the words of ldirectord(8), version 4.12.
//!
//! Its file is one line a fact: indented ones belong to the virtual service above them, `#` begins
//! a comment wherever it stands, and times are whole seconds.

mod check;
#[cfg(test)]
mod tests;

use super::grain::{Grain, rounded};
use super::page::Page;
use super::shell::{flag_words, netmask};
use crate::lab::{
    Destination, Family, ForwardingMethod, HealthCheck, Lab, NodeName, OnFailure, Protocol, Quorum,
    Scheduled, VirtualService,
};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Its own default of checkinterval.
const CHECKINTERVAL: Duration = Duration::from_secs(10);

/// ldirectord's configuration for a director; none if it has no virtual service.
pub fn ldirectord(lab: &Lab, director: &NodeName) -> Option<String> {
    let mine = lab.services.iter().filter(|service| service.directors.contains(director));
    let services: Vec<_> = mine.collect();
    let mut intervals: Vec<_> = services.iter().map(|service| interval(service)).collect();
    let first = *intervals.first()?;
    intervals.dedup();
    let mut page = Page::default();
    time(&mut page, "checkinterval", first);
    page.comment("otherwise it adds each server and removes it again before the first check");
    page.line("readdquiescent=yes");
    if intervals.len() > 1 {
        page.comment(
            "a process for each virtual service, as only these have intervals of their own",
        );
        page.line("fork=yes");
    }
    for service in services {
        page.gap();
        page.comment(format_args!("virtual service `{}`", service.name));
        let six = six(service.vip);
        page.indented(format_args!("virtual{six}={}", name(service)), |page| {
            if intervals.len() > 1 {
                time(page, "checkinterval", interval(service));
            }
            virtual_service(page, service);
        });
    }
    Some(page.into_text())
}

/// What IPVS knows its packets by.
fn name(service: &VirtualService) -> String {
    match &service.marked {
        Some(marked) => marked.mark.to_string(),
        None => SocketAddr::new(service.vip, service.port).to_string(),
    }
}

fn interval(service: &VirtualService) -> Duration {
    service.health_check.as_ref().map_or(CHECKINTERVAL, HealthCheck::only_interval)
}

fn virtual_service(page: &mut Page, service: &VirtualService) {
    match (&service.marked, service.protocol) {
        (Some(_), _) => page.line("protocol=fwm"),
        (None, Protocol::Sctp) => {
            page.comment("SCTP wanted; ldirectord knows TCP and UDP only");
            page.line("protocol=tcp");
        }
        (None, protocol) => page.line(format_args!("protocol={protocol}")),
    }
    if service.scheduled == Scheduled::Packets {
        page.line("ops=yes");
    }
    page.line(format_args!("scheduler={}", service.scheduler));
    if let Some(flags) = flag_words(service.scheduler, &service.flags) {
        page.line(format_args!("schedflags={flags}"));
    }
    if let Some(persistence) = service.persistence {
        page.line(format_args!("persistent={}", persistence.timeout.as_secs()));
        if let Some(netmask) = netmask(persistence, Family::of(service.vip)) {
            page.line(format_args!("netmask={netmask}"));
        }
    }
    for destination in &service.destinations {
        real_server(page, destination);
    }
    fallback(page, service);
    match &service.health_check {
        Some(check) => {
            check::check(page, check);
            if service.destinations.iter().any(|d| d.port == 0) {
                page.line(format_args!("checkport={}", service.port));
            }
        }
        None => page.line("checktype=on"),
    }
    let quiesce = service.health_check.as_ref().map(|check| check.on_failure);
    page.line(match quiesce {
        Some(OnFailure::Quiesce) => "quiescent=yes",
        Some(OnFailure::Remove) | None => "quiescent=no",
    });
}

fn real_server(page: &mut Page, destination: &Destination) {
    page.comment(format_args!("`{}`", destination.real_server));
    let (rip, weight) = (endpoint(destination), destination.weight);
    let method = method(destination.forwarding);
    let limits = match destination.thresholds {
        limits if limits.upper > 0 => format!(" l:{} u:{}", limits.lower, limits.upper),
        _ => String::new(),
    };
    let six = six(destination.address);
    page.line(format_args!("real{six}={rip} {method} {weight}{limits}"));
}

/// Without a port, it stays the packet's own; ldirectord wants brackets around IPv6 all the same.
fn endpoint(destination: &Destination) -> String {
    match destination {
        Destination { address: IpAddr::V6(address), port: 0, .. } => format!("[{address}]"),
        Destination { address, port: 0, .. } => address.to_string(),
        Destination { address, port, .. } => SocketAddr::new(*address, *port).to_string(),
    }
}

/// What the words for addresses end in where they are of IPv6.
fn six(address: IpAddr) -> &'static str {
    if address.is_ipv6() { "6" } else { "" }
}

fn fallback(page: &mut Page, service: &VirtualService) {
    if service.quorum != Quorum::default() {
        let Quorum { weight, hysteresis } = service.quorum;
        page.comment(format_args!(
            "a quorum of {weight} with hysteresis {hysteresis} wanted; ldirectord knows only none \
             and some"
        ));
    }
    if let Some(sorry) = &service.sorry_server {
        let (rip, six) = (endpoint(sorry), six(sorry.address));
        page.comment(format_args!("`{}` serves while no other does", sorry.real_server));
        page.line(format_args!("fallback{six}={rip} {}", method(sorry.forwarding)));
    }
}

/// FULLNAT is NAT to ldirectord: the source NAT comes from elsewhere.
fn method(method: ForwardingMethod) -> &'static str {
    match method {
        ForwardingMethod::Nat | ForwardingMethod::FullNat => "masq",
        ForwardingMethod::Dr => "gate",
        ForwardingMethod::Tun => "ipip",
    }
}

/// A line with a time.
fn time(page: &mut Page, keyword: &str, wanted: Duration) {
    let given = rounded(page, keyword, wanted, Grain::Seconds);
    page.line(format_args!("{keyword}={given}"));
}
