use super::quote::{literal, path, script};
use super::time;
use crate::lab::{Destination, HealthCheck, HttpProbe, Probe, VirtualService};
use crate::plan::grain::Grain;
use crate::plan::page::Page;

/// When a virtual service's real servers are checked, and how patiently.
pub(super) fn timing(page: &mut Page, check: &HealthCheck) {
    time(page, "delay_loop", check.delay_loop, Grain::Micros);
    page.comment("the first check at once, and not at a random moment within delay_loop");
    page.line("warmup 0");
    time(page, "connect_timeout", check.connect_timeout, Grain::Micros);
    match (&check.probe, check.nb_get_retry) {
        (Probe::Command { .. }, 0) => {}
        (_, 0) => {
            page.comment("no retry wanted; 1 is the fewest that can be said, and the default")
        }
        (_, retries) => page.line(format_args!("retry {retries}")),
    }
    time(page, "delay_before_retry", check.delay_before_retry, Grain::Micros);
}

/// The checker of a real server.
pub(super) fn checker(
    page: &mut Page,
    check: &HealthCheck,
    service: &VirtualService,
    server: &Destination,
) {
    let port = service.checked_port(server);
    let connect = |page: &mut Page| {
        if port != server.port {
            page.line(format_args!("connect_port {port}"));
        }
    };
    match &check.probe {
        Probe::Http(probe) => page.block("HTTP_GET", |page| {
            connect(page);
            page.block("url", |page| url(page, probe));
        }),
        Probe::Tcp => page.block("TCP_CHECK", connect),
        Probe::Command { shell } => {
            let rip = ("RIP", server.address.to_string());
            let rport = ("RPORT", port.to_string());
            page.block("MISC_CHECK", |page| {
                page.line(format_args!("misc_path {}", script(shell, &[rip, rport])));
                time(page, "misc_timeout", check.connect_timeout, Grain::Seconds);
            });
        }
    }
}

fn url(page: &mut Page, probe: &HttpProbe) {
    page.line(format_args!("path {}", path(&probe.path)));
    let (first, last) = probe.status;
    match first == last {
        true => page.line(format_args!("status_code {first}")),
        false => page.line(format_args!("status_code {first}-{last}")),
    }
    if let Some(digest) = &probe.digest {
        page.line(format_args!("digest {digest}"));
    }
    if let Some(body) = &probe.body {
        page.line(format_args!("regex {}", literal(body)));
    }
}
