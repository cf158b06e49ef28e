//! A director in the words of keepalived.conf(5), version 2.2.

mod check;
mod quote;
mod service;
#[cfg(test)]
mod tests;
mod vrrp;

use super::Speaker;
use super::build::speaker;
use super::grain::{Grain, rounded};
use super::page::Page;
use crate::lab::{HighAvailability, Lab, NodeName, Probe, Tracked, VirtualService};
use std::time::Duration;

/// keepalived's configuration for a director; none if there is nothing that it would do.
pub fn keepalived(lab: &Lab, director: &NodeName) -> Option<String> {
    let mine = lab.services.iter().filter(|service| service.directors.contains(director));
    configuration(lab, director, &mine.collect::<Vec<_>>())
}

/// The same without virtual services: VRRP, where something else makes the table.
pub(super) fn vrrp_only(lab: &Lab, director: &NodeName) -> Option<String> {
    configuration(lab, director, &[])
}

fn configuration(lab: &Lab, director: &NodeName, services: &[&VirtualService]) -> Option<String> {
    let speaker = speaker(lab, lab.node(director)?);
    if services.is_empty() && speaker.is_none() {
        return None;
    }
    let mut page = Page::default();
    global(&mut page, director, speaker.as_ref(), services);
    if let (Some(speaker), Some(wanted)) = (&speaker, &lab.high_availability) {
        routers(&mut page, speaker, wanted);
    }
    for service in services {
        page.gap();
        service::virtual_server(&mut page, service);
    }
    Some(page.into_text())
}

fn global(
    page: &mut Page,
    director: &NodeName,
    speaker: Option<&Speaker>,
    services: &[&VirtualService],
) {
    page.block("global_defs", |page| {
        page.line(format_args!("router_id {director}"));
        if speaker.is_some_and(tracks_command) || services.iter().any(|s| runs_command(s)) {
            page.line("script_user root");
            page.line("enable_script_security");
        }
        if let Some(sync) = speaker.and_then(|speaker| speaker.sync.as_ref()) {
            let (interface, router, id) = (&sync.interface, &sync.router, sync.id);
            page.line(format_args!("lvs_sync_daemon {interface} {router} id {id}"));
        }
    });
}

fn routers(page: &mut Page, speaker: &Speaker, wanted: &HighAvailability) {
    for seat in &speaker.seats {
        vrrp::scripts(page, seat);
    }
    for seat in &speaker.seats {
        page.gap();
        vrrp::instance(page, seat);
    }
    for group in &wanted.sync_groups {
        vrrp::group(page, group, speaker);
    }
}

fn tracks_command(speaker: &Speaker) -> bool {
    let mut tracks = speaker.seats.iter().flat_map(|seat| &seat.tracks);
    tracks.any(|tracked| matches!(tracked.track.subject, Tracked::Command { .. }))
}

fn runs_command(service: &VirtualService) -> bool {
    let check = service.health_check.as_ref();
    check.is_some_and(|check| matches!(check.probe, Probe::Command { .. }))
}

/// A line with a time.
fn time(page: &mut Page, keyword: &str, wanted: Duration, grain: Grain) {
    let given = rounded(page, keyword, wanted, grain);
    page.line(format_args!("{keyword} {given}"));
}
