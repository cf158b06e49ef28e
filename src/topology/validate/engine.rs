use super::super::rule;
use super::View;
use crate::lab::{
    Destination, Engine, ForwardingMethod, HealthCheck, HttpProbe, NodeName, Place, Probe, Quorum,
    Tracked, Tunnel, VirtualRouter, VirtualService,
};
use indexmap::IndexMap;
use std::time::Duration;

/// The statuses that ldirectord takes for good: those of LWP's `is_success`.
const LDIRECTORD_GOOD: (u16, u16) = (200, 299);

/// Whether each director's engine knows what the file asks it for.
pub fn check(view: &mut View<'_>) {
    let Some(wanted) = &view.lab.high_availability else { return };
    let runs = |wanted: Engine, director: &NodeName, engines: &IndexMap<NodeName, Engine>| {
        engines.get(director) == Some(&wanted)
    };
    let by = |service: &VirtualService, engine| {
        service.directors.iter().any(|director| runs(engine, director, &wanted.engines))
    };
    let sure: Vec<_> = view.lab.services.iter().filter(|s| view.sure(&s.at)).collect();
    for service in sure {
        let checks = service.health_check.as_ref();
        if by(service, Engine::Ldirectord) {
            quorum(service, view);
            tunnels(service, view);
            checks.into_iter().for_each(|check| by_ldirectord(check, view));
        }
        if by(service, Engine::Keepalived) {
            checks.into_iter().for_each(|check| by_keepalived(check, view));
        }
    }
    for router in &wanted.routers {
        let mut members = router.priorities.keys();
        if members.any(|director| runs(Engine::Keepalived, director, &wanted.engines)) {
            intervals(router, view);
        }
    }
}

/// What keepalived.conf(5) cannot say of a health check.
fn by_keepalived(check: &HealthCheck, view: &mut View<'_>) {
    let command = matches!(check.probe, Probe::Command { .. });
    if check.nb_get_retry == 0 && !command {
        let message = "keepalived retries once at least".to_owned();
        let help = "set 1, or choose the engine `vrrp`";
        view.push(rule::ENGINE.at(&check.at.key("nb_get_retry"), message, help));
    }
    if command {
        only_whole("connect_timeout", check.connect_timeout, &check.at, view);
    }
}

/// keepalived runs a vrrp_script at whole seconds.
fn intervals(router: &VirtualRouter, view: &mut View<'_>) {
    for (index, track) in router.tracks.iter().enumerate() {
        if let Tracked::Command { interval, .. } = track.subject {
            only_whole("interval", interval, &router.at.key("track").index(index), view);
        }
    }
}

fn only_whole(key: &str, time: Duration, at: &Place, view: &mut View<'_>) {
    if time.subsec_nanos() > 0 {
        let message = format!("keepalived counts whole seconds here, and `{key}` is {time:?}");
        let help = "choose whole seconds, or the engine `vrrp`";
        view.push(rule::ENGINE.at(&at.key(key), message, help));
    }
}

/// What ldirectord(8) cannot say of a health check.
fn by_ldirectord(check: &HealthCheck, view: &mut View<'_>) {
    probe(check, view);
    whole_seconds(check, view);
}

fn unknown(message: String, at: &Place, view: &mut View<'_>) {
    let help = "leave it out, or choose the engine `vrrp` or `keepalived`";
    view.push(rule::ENGINE.at(at, message, help));
}

fn quorum(service: &VirtualService, view: &mut View<'_>) {
    if service.quorum != Quorum::default() {
        let key = if service.quorum.weight > 1 { "quorum" } else { "hysteresis" };
        unknown("ldirectord knows no quorum".to_owned(), &service.at.key(key), view);
    }
}

/// ldirectord(8) says `ipip`, and nothing of a tunnel's kind.
fn tunnels(service: &VirtualService, view: &mut View<'_>) {
    let other =
        |d: &&Destination| d.forwarding == ForwardingMethod::Tun && d.tunnel != Tunnel::Ipip;
    let found: Vec<_> = service.servers().filter(other).map(|d| d.tunnel).collect();
    let Some(tunnel) = found.first() else { return };
    let by_service = service.tunnel != Tunnel::Ipip;
    let at = service.at.key(if by_service { "tunnel" } else { "real_servers" });
    let name = tunnel.keyword().to_uppercase();
    unknown(format!("ldirectord knows no tunnels but IPIP, and this is {name}"), &at, view);
}

fn probe(check: &HealthCheck, view: &mut View<'_>) {
    match &check.probe {
        Probe::Http(http) => answer(http, &check.at.key("http"), view),
        Probe::Tcp => {}
        Probe::Command { .. } => {
            let message = "ldirectord runs files, not shell commands".to_owned();
            unknown(message, &check.at.key("command"), view);
        }
    }
}

fn answer(http: &HttpProbe, at: &Place, view: &mut View<'_>) {
    if http.digest.is_some() {
        let message = "ldirectord compares no digest of the body".to_owned();
        unknown(message, &at.key("digest"), view);
    }
    if http.status != LDIRECTORD_GOOD && http.status != (200, 200) {
        let message = "ldirectord takes the statuses 200 to 299 for good, and no others".to_owned();
        unknown(message, &at.key("status"), view);
    }
}

/// Its one interval takes the place of two times; only the one that it is counts.
fn whole_seconds(check: &HealthCheck, view: &mut View<'_>) {
    let interval = check.only_interval();
    let key = if interval == check.delay_loop { "delay_loop" } else { "delay_before_retry" };
    let times = [(key, interval), ("connect_timeout", check.connect_timeout)];
    for (key, time) in times.into_iter().filter(|(_, time)| time.subsec_nanos() > 0) {
        let message = format!("ldirectord counts whole seconds, and `{key}` is {time:?}");
        unknown(message, &check.at.key(key), view);
    }
}
