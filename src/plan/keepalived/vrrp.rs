use super::quote::{password, script};
use super::time;
use crate::lab::{InitialState, Preemption, SyncGroup, Tracked, VrrpVersion};
use crate::plan::grain::{Grain, Seconds};
use crate::plan::page::Page;
use crate::plan::{Seat, SeatTrack, Speaker};

/// The priority of the director that owns the VIPs (RFC 5798 section 5.2.4).
const OWNER: u8 = 255;

/// A vrrp_script for each command that a virtual router tracks; they must stand before it.
pub(super) fn scripts(page: &mut Page, seat: &Seat) {
    for (name, tracked) in named(seat) {
        let Tracked::Command { shell, interval, rise, fall } = &tracked.track.subject else {
            continue;
        };
        page.gap();
        page.block(format_args!("vrrp_script {name}"), |page| {
            page.line(format_args!("script {}", script(shell, &[])));
            time(page, "interval", *interval, Grain::Seconds);
            page.line(format_args!("rise {rise}"));
            page.line(format_args!("fall {fall}"));
        });
    }
}

/// A seat's tracks, each with the name that its script has, if it is one.
fn named(seat: &Seat) -> impl Iterator<Item = (String, &SeatTrack)> {
    let router = &seat.router;
    let numbered = (1..).zip(&seat.tracks);
    numbered.map(move |(number, track)| (format!("{router}_track_{number}"), track))
}

/// The vrrp_instance of a director's part in a virtual router.
pub(super) fn instance(page: &mut Page, seat: &Seat) {
    page.block(format_args!("vrrp_instance {}", seat.router), |page| {
        state(page, seat);
        page.line(format_args!("interface {}", seat.interface));
        page.line(format_args!("virtual_router_id {}", seat.router_id));
        page.line(format_args!("priority {}", seat.priority));
        page.line(match seat.version {
            VrrpVersion::V2 => "version 2",
            VrrpVersion::V3 => "version 3",
        });
        page.line(format_args!("advert_int {}", Seconds(seat.advert_interval)));
        preemption(page, seat.preemption);
        if let Some(text) = &seat.password {
            page.block("authentication", |page| {
                page.line("auth_type PASS");
                page.line(format_args!("auth_pass {}", password(text)));
            });
        }
        unicast(page, seat);
        page.block("virtual_ipaddress", |page| {
            for vip in &seat.vips {
                page.line(format_args!("{} dev {}", vip.address, vip.interface));
            }
        });
        tracks(page, seat);
    });
}

fn state(page: &mut Page, seat: &Seat) {
    if seat.priority == OWNER {
        page.comment("the owner of the VIPs is master at once");
        return page.line("state MASTER");
    }
    if seat.state == InitialState::Master {
        page.comment("it begins as backup all the same; keepalived clears nopreempt and");
        page.comment("preempt_delay where the state is MASTER");
        return page.line("state MASTER");
    }
    page.comment("BACKUP on every director: the priority decides who becomes master, and one that");
    page.comment("begins as MASTER could not wait before it takes over");
    page.line("state BACKUP");
}

fn preemption(page: &mut Page, preemption: Preemption) {
    match preemption {
        Preemption::Never => page.line("nopreempt"),
        Preemption::After(delay) if delay.is_zero() => {}
        Preemption::After(delay) => time(page, "preempt_delay", delay, Grain::Micros),
    }
}

fn unicast(page: &mut Page, seat: &Seat) {
    if seat.peers.is_empty() {
        return;
    }
    page.line(format_args!("unicast_src_ip {}", seat.source));
    page.block("unicast_peer", |page| seat.peers.iter().for_each(|peer| page.line(peer)));
}

fn tracks(page: &mut Page, seat: &Seat) {
    let (mut interfaces, mut commands) = (Vec::new(), Vec::new());
    for (name, tracked) in named(seat) {
        let weight = tracked.track.weight;
        if weight != 0 && seat.priority == OWNER {
            page.comment(format_args!("the owner's priority never changes: no weight {weight}"));
            continue;
        }
        match &tracked.interface {
            Some(own) if *own == seat.interface => always_tracked(page, own, weight),
            Some(interface) => interfaces.push(weighted(interface, weight)),
            None => commands.push(weighted(&name, weight)),
        }
    }
    for (head, lines) in [("track_interface", interfaces), ("track_script", commands)] {
        if !lines.is_empty() {
            page.block(head, |page| lines.iter().for_each(|line| page.line(line)));
        }
    }
}

/// keepalived watches the interface of the adverts unasked, and takes no weight for it.
fn always_tracked(page: &mut Page, interface: &str, weight: i16) {
    if weight != 0 {
        page.comment(format_args!(
            "weight {weight} wanted for {interface}; as it carries the adverts, its loss is a fault"
        ));
    }
}

fn weighted(name: &str, weight: i16) -> String {
    match weight {
        0 => name.to_owned(),
        _ => format!("{name} weight {weight}"),
    }
}

/// The vrrp_sync_group of virtual routers that change state together, as far as the director has
/// a seat in them.
pub(super) fn group(page: &mut Page, group: &SyncGroup, speaker: &Speaker) {
    let member = |seat: &&Seat| group.members.contains(&seat.router);
    let members: Vec<_> = speaker.seats.iter().filter(member).collect();
    if members.len() < 2 {
        return;
    }
    page.gap();
    page.block(format_args!("vrrp_sync_group {}", group.name), |page| {
        page.block("group", |page| members.iter().for_each(|seat| page.line(&seat.router)));
        let mut tracks = members.iter().flat_map(|seat| &seat.tracks);
        if tracks.any(|tracked| tracked.track.weight != 0) {
            page.comment("members may have weights of their own");
            page.line("sync_group_tracking_weight");
        }
    });
}
