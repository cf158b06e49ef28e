use crate::kernel::{IpvsTable, ObservedDestination, ObservedService, Statistics};
use crate::lab::{Family, ForwardingMethod, Scheduled};
use crate::plan::{ServiceKey, flag_words, netmask};
use std::fmt::Write as _;

/// The table as `ipvsadm -L -n` prints it, but for firewall marks from 2^31 on: ipvsadm prints them
/// as negative numbers, which it does not take.
pub fn text(table: &IpvsTable) -> String {
    let mut text = title(table);
    text.push_str("Prot LocalAddress:Port Scheduler Flags\n");
    text.push_str("  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n");
    for service in &table.services {
        let scheduler = service.scheduler.map_or("unknown", |s| s.keyword());
        let _ = writeln!(text, "{} {scheduler}{}", name(service), flags(service));
        for destination in &service.destinations {
            let ObservedDestination { entry, active, inactive, .. } = destination;
            let method = method(entry.forwarding);
            let _ = writeln!(
                text,
                "  -> {:<28} {method:<7} {:<6} {active:<10} {inactive:<10}",
                entry.address.to_string(),
                entry.weight
            );
        }
    }
    text
}

/// The table as `ipvsadm -L -n --stats` prints it.
pub fn statistics(table: &IpvsTable) -> String {
    let mut text = title(table);
    let _ = writeln!(
        text,
        "{:<33} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "Prot LocalAddress:Port", "Conns", "InPkts", "OutPkts", "InBytes", "OutBytes"
    );
    text.push_str("  -> RemoteAddress:Port\n");
    for service in &table.services {
        let _ = writeln!(text, "{:<33}{}", name(service), counters(&service.statistics));
        for destination in &service.destinations {
            let address = destination.entry.address.to_string();
            let _ = writeln!(text, "  -> {address:<28}{}", counters(&destination.statistics));
        }
    }
    text
}

fn title(table: &IpvsTable) -> String {
    let (major, minor, patch) = table.version;
    format!("IP Virtual Server version {major}.{minor}.{patch} (size={})\n", table.size)
}

fn name(service: &ObservedService) -> String {
    match service.key {
        ServiceKey::Address(protocol, address) => {
            format!("{:<4} {address}", protocol.to_string().to_uppercase())
        }
        ServiceKey::Mark(mark, Family::Inet) => format!("FWM  {mark}"),
        ServiceKey::Mark(mark, Family::Inet6) => format!("FWM  {mark} IPv6"),
    }
}

fn flags(service: &ObservedService) -> String {
    let mut text = String::new();
    if let Some(persistence) = service.persistence {
        let _ = write!(text, " persistent {}", persistence.timeout.as_secs());
        let family = service.key.family();
        if let Some(mask) = netmask(persistence, family).filter(|_| family == Family::Inet) {
            let _ = write!(text, " mask {mask}");
        }
    }
    if service.scheduled == Scheduled::Packets {
        text.push_str(" ops");
    }
    let words = service.scheduler.and_then(|scheduler| flag_words(scheduler, &service.flags));
    if let Some(words) = words {
        let _ = write!(text, " ({words})");
    }
    text
}

fn method(forwarding: ForwardingMethod) -> &'static str {
    match forwarding {
        ForwardingMethod::Nat | ForwardingMethod::FullNat => "Masq",
        ForwardingMethod::Dr => "Route",
        ForwardingMethod::Tun => "Tunnel",
    }
}

fn counters(s: &Statistics) -> String {
    let numbers = [s.connections, s.packets_in, s.packets_out, s.bytes_in, s.bytes_out];
    numbers.iter().map(|number| large(*number)).collect()
}

/// A number in nine columns, as ipvsadm's `print_largenum` shortens it.
fn large(number: u64) -> String {
    match number {
        0..100_000_000 => format!("{number:>9}"),
        100_000_000..1_000_000_000 => format!("{:>8}K", number / 1_000),
        1_000_000_000..100_000_000_000 => format!("{:>8}M", number / 1_000_000),
        100_000_000_000..100_000_000_000_000 => format!("{:>8}G", number / 1_000_000_000),
        _ => format!("{:>8}T", number / 1_000_000_000_000),
    }
}
