use super::super::{
    rule,
    wire::{self, NumberOrText},
};
use super::{Draft, number::Bounds, request, scenario, value};
use crate::lab::{
    CountRange, HealthCheck, HttpProbe, OnFailure, Place, Probe, Protocol, Quorum, VirtualService,
};
use std::time::Duration;

/// keepalived's defaults (keepalived.conf(5)).
const DELAY_LOOP: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const GOOD: (u16, u16) = (200, 299);

/// Builds a virtual service's health check.
pub fn build(
    wire: wire::HealthCheck,
    protocol: Protocol,
    service: &Place,
    draft: &mut Draft<'_>,
) -> Option<HealthCheck> {
    let at = service.key("health_check");
    fits(&wire, protocol, &at, draft);
    let mut time = |text: &Option<String>, key, default| match text {
        Some(text) => value::duration(text, &at.key(key), draft.faults),
        None => Some(default),
    };
    let retry = Duration::from_secs(if wire.http.is_some() { 3 } else { 1 });
    let delay_loop = time(&wire.delay_loop, "delay_loop", DELAY_LOOP);
    let connect_timeout = time(&wire.connect_timeout, "connect_timeout", CONNECT_TIMEOUT);
    let delay_before_retry = time(&wire.delay_before_retry, "delay_before_retry", retry);
    let retries = wire.nb_get_retry.unwrap_or(i64::from(wire.command.is_none()));
    let bounds = Bounds::plain("number of attempts", 0..=1_000_000);
    let nb_get_retry = bounds.check(retries, &at.key("nb_get_retry"), draft.faults);
    let quiesce = wire.inhibit_on_failure.unwrap_or(false);
    Some(HealthCheck {
        probe: probe(wire, &at, draft)?,
        delay_loop: delay_loop?,
        connect_timeout: connect_timeout?,
        nb_get_retry: nb_get_retry?,
        delay_before_retry: delay_before_retry?,
        on_failure: if quiesce { OnFailure::Quiesce } else { OnFailure::Remove },
        at,
    })
}

/// `http` and `tcp` connect by TCP, where a service of another protocol may have nobody.
fn fits(wire: &wire::HealthCheck, protocol: Protocol, at: &Place, draft: &mut Draft<'_>) {
    let by_tcp = [("http", wire.http.is_some()), ("tcp", wire.tcp.is_some())];
    let wrong = by_tcp.into_iter().filter(|(_, given)| *given && protocol != Protocol::Tcp);
    for (key, _) in wrong {
        draft.faults.push(rule::PROBE_PROTOCOL.at(
            &at.key(key).as_key(),
            format!("`{key}` checks over TCP, and the service is of {}", protocol.title()),
            "check with a `command`, which finds the real server in RIP and RPORT",
        ));
    }
}

fn probe(wire: wire::HealthCheck, at: &Place, draft: &mut Draft<'_>) -> Option<Probe> {
    let given = [
        ("http", wire.http.is_some()),
        ("tcp", wire.tcp.is_some()),
        ("command", wire.command.is_some()),
    ];
    let lone = scenario::only_one(&given, &at.as_key(), "health check", draft.faults);
    let probe = match (wire.http, wire.command) {
        (Some(http), _) => http_probe(http, &at.key("http"), draft)?,
        (_, Some(shell)) => {
            Probe::Command { shell: value::shell(shell, &at.key("command"), draft.faults)? }
        }
        _ => Probe::Tcp,
    };
    lone.then_some(probe)
}

fn http_probe(wire: wire::HttpProbe, at: &Place, draft: &mut Draft<'_>) -> Option<Probe> {
    let path = request::path(wire.path.as_deref(), &at.key("path"), draft.faults);
    let status = wire.status.map(|s| statuses(&s, &at.key("status"), draft));
    let digest = wire.digest.map(|d| digest(&d, &at.key("digest"), draft));
    let body = wire.body.filter(|text| {
        if text.is_empty() {
            let help = "leave it out, or name a text that the body must contain";
            let message = "an empty text is in every body";
            draft.faults.push(rule::ALWAYS_HOLDS.at(&at.key("body"), message, help));
        }
        !text.is_empty()
    });
    Some(Probe::Http(HttpProbe {
        path: path?,
        status: status.unwrap_or(Some(GOOD))?,
        digest: digest.map_or(Some(None), |digest| digest.map(Some))?,
        body,
    }))
}

fn statuses(wire: &NumberOrText, at: &Place, draft: &mut Draft<'_>) -> Option<(u16, u16)> {
    let CountRange { min, max } = value::count_range(wire, at, draft.faults)?;
    let bounds = Bounds::plain("status", 100..=599);
    let mut check = |number: u32| bounds.check(i64::from(number), at, draft.faults);
    Some((check(min)?, check(max)?))
}

fn digest(text: &str, at: &Place, draft: &mut Draft<'_>) -> Option<String> {
    if text.len() == 32 && text.chars().all(|c| c.is_ascii_hexdigit()) {
        return Some(text.to_lowercase());
    }
    draft.faults.push(rule::DIGEST.at(
        at,
        format!("`{text}` is not an MD5"),
        "write 32 hexadecimal digits, as `genhash` or `md5sum` prints them",
    ));
    None
}

/// Settings that do nothing without a health check.
pub fn idle(settings: &[(&str, bool)], service: &Place, draft: &mut Draft<'_>) {
    for (key, _) in settings.iter().filter(|(_, given)| *given) {
        draft.faults.push(rule::NO_EFFECT.at(
            &service.key(key).as_key(),
            format!("`{key}` has no effect without `health_check`"),
            "add `health_check`, as in `health_check: { tcp: {} }`: else every real server is up",
        ));
        // What has no effect is not judged for what it says.
        draft.faults.doubt(&service.key(key));
    }
}

/// Builds a virtual service's quorum, when its servers are known.
pub fn quorum(
    weight: Option<i64>,
    hysteresis: Option<i64>,
    service: &VirtualService,
    draft: &mut Draft<'_>,
) -> Quorum {
    let (at, default) = (&service.at, Quorum::default());
    let bounds = |noun, least| Bounds::plain(noun, least..=1_000_000);
    let number = weight.unwrap_or(i64::from(default.weight));
    let weight = bounds("quorum", 1).check(number, &at.key("quorum"), draft.faults);
    let number = hysteresis.unwrap_or(i64::from(default.hysteresis));
    let hysteresis = bounds("hysteresis", 0).check(number, &at.key("hysteresis"), draft.faults);
    let (Some(weight), Some(hysteresis)) = (weight, hysteresis) else { return default };
    let quorum = Quorum { weight, hysteresis };
    attainable(quorum, service, draft);
    quorum
}

/// Whether quorum can be had and lost.
fn attainable(quorum: Quorum, service: &VirtualService, draft: &mut Draft<'_>) {
    let Quorum { weight, hysteresis } = quorum;
    let all: u64 = service.destinations.iter().map(|d| u64::from(d.weight)).sum();
    let sure = draft.faults.sure(&service.at.key("real_servers"));
    if hysteresis >= weight {
        draft.faults.push(rule::QUORUM.at(
            &service.at.key("hysteresis"),
            format!("with the hysteresis {hysteresis} the quorum {weight} could never be lost"),
            "choose a hysteresis below the quorum",
        ));
    } else if quorum != Quorum::default() && sure && u64::from(weight + hysteresis) > all {
        draft.faults.push(rule::QUORUM.at(
            &service.at.key("quorum"),
            format!(
                "the real servers' weights add up to {all}, so the quorum is never {}",
                weight + hysteresis
            ),
            "choose a quorum, with its hysteresis, of at most the sum of the weights",
        ));
    }
}
