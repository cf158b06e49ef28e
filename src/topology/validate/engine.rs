use super::super::rule;
use super::View;
use crate::lab::{Engine, HealthCheck, HttpProbe, Place, Probe, Quorum, VirtualService};

/// The statuses that ldirectord takes for good: those of LWP's `is_success`.
const LDIRECTORD_GOOD: (u16, u16) = (200, 299);

/// Whether each director's engine knows what its services ask for (ldirectord(8)).
pub fn check(view: &mut View<'_>) {
    let Some(wanted) = &view.lab.high_availability else { return };
    let by_ldirectord = |service: &&VirtualService| {
        let engines = service.directors.iter().filter_map(|name| wanted.engines.get(name));
        engines.into_iter().any(|engine| *engine == Engine::Ldirectord)
    };
    let sure = view.lab.services.iter().filter(|s| view.sure(&s.at)).filter(by_ldirectord);
    for service in sure.collect::<Vec<_>>() {
        quorum(service, view);
        if let Some(check) = &service.health_check {
            probe(check, view);
            whole_seconds(check, view);
        }
    }
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
