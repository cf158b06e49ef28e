//! In what directors differ that labs have the same on all. What keepalived takes where nothing is
//! said counts as said.

use super::configuration::{Check, Instance, VirtualServer};
use crate::import::{Server, Service};
use crate::lab::{Probe, Scheduler};
use std::fmt::Display;
use std::time::Duration;

/// The time between checks (keepalived.conf(5)).
const DELAY_LOOP: Duration = Duration::from_secs(60);
/// How long a connect may take.
const CONNECT: Duration = Duration::from_secs(5);

/// Differences in keepalived's words.
#[derive(Default)]
struct Differences {
    found: Vec<String>,
}

impl Differences {
    /// One, if the values are not the same.
    fn hold(&mut self, what: &str, one: impl Display, other: impl Display) {
        let (one, other) = (one.to_string(), other.to_string());
        if one != other {
            self.found.push(format!("{what} is {other} here and {one} there"));
        }
    }
}

/// What directors of a virtual router must agree on and do not; the rest can be each one's own.
pub fn of_instances(one: &Instance, other: &Instance) -> Vec<String> {
    let mut differences = Differences::default();
    let peers = |part: &Instance| is(!part.peers.is_empty());
    differences.hold("`unicast_peer`", peers(one), peers(other));
    differences.found
}

fn seconds(time: Duration) -> String {
    time.as_secs_f64().to_string()
}

fn said<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| "not said".to_owned(), |value| format!("`{value}`"))
}

/// What two directors say of one service in different ways.
pub fn of_services(one: &VirtualServer, other: &VirtualServer) -> Vec<String> {
    let mut differences = Differences::default();
    let mut hold = |what: &str, said: &dyn Fn(&VirtualServer) -> String| {
        differences.hold(what, said(one), said(other));
    };
    hold("`lvs_sched`", &|server| scheduler(&server.service));
    hold("`ops`", &|server| is(server.service.one_packet.is_some()));
    hold("`persistence_timeout`", &|server| {
        said(server.service.persistence.map(|said| said.value))
    });
    hold("`persistence_granularity`", &|server| said(granularity(&server.service)));
    hold("`quorum`", &|server| server.quorum.unwrap_or(1).to_string());
    hold("`hysteresis`", &|server| server.hysteresis.unwrap_or(0).to_string());
    hold("`sorry_server`", &|server| {
        said(server.sorry.map(|(address, port)| match port {
            Some(port) => format!("{} {port}", address.value),
            None => address.value.to_string(),
        }))
    });
    real_servers(one, other, &mut differences);
    differences.found
}

fn scheduler(service: &Service) -> String {
    let flags = service.flags.iter().map(|flag| format!(" {}", flag.keyword()));
    let scheduler = service.scheduler.as_ref().map(|said| said.value.as_str());
    scheduler.unwrap_or(Scheduler::Wlc.keyword()).to_owned() + &flags.collect::<String>()
}

/// The bits of a client's address that count, if not all do.
fn granularity(service: &Service) -> Option<i64> {
    let all = if service.key.family() == crate::lab::Family::Inet { 32 } else { 128 };
    service.netmask.map(|mask| mask.value.0).filter(|bits| *bits != all)
}

fn is(yes: bool) -> String {
    if yes { "said".to_owned() } else { "not said".to_owned() }
}

/// A real server, and how it is checked.
type Checked<'s> = (&'s Server, Option<&'s Check>);

fn checked(server: &VirtualServer) -> impl Iterator<Item = Checked<'_>> {
    let checks = server.checks.iter().map(Option::as_ref);
    server.service.servers.iter().zip(checks)
}

fn real_servers(one: &VirtualServer, other: &VirtualServer, differences: &mut Differences) {
    let same = |a: &Server, b: &Server| (a.address, a.port) == (b.address, b.port);
    for (server, check) in checked(other) {
        let name = name(server);
        match checked(one).find(|(known, _)| same(known, server)) {
            None => differences.found.push(format!("{name} is here only")),
            Some((known, first)) => {
                of_servers(&name, known, server, differences);
                of_checks(&name, first, check, differences);
            }
        }
    }
    let gone = checked(one).filter(|(known, _)| !checked(other).any(|(s, _)| same(known, s)));
    differences.found.extend(gone.map(|(known, _)| format!("{} is there only", name(known))));
}

fn name(server: &Server) -> String {
    let port = server.port.map(|port| format!(" {}", port.value)).unwrap_or_default();
    format!("`real_server {}{port}`", server.address.value)
}

fn of_servers(name: &str, one: &Server, other: &Server, differences: &mut Differences) {
    let mut hold = |what: &str, said: &dyn Fn(&Server) -> String| {
        differences.hold(&format!("{what} of {name}"), said(one), said(other));
    };
    hold("`weight`", &|server| server.weight.map_or(1, |said| said.value).to_string());
    hold("`lvs_method`", &|server| server.forwarding.to_string());
    hold("`uthreshold`", &|server| server.upper.map_or(0, |said| said.value).to_string());
    hold("`lthreshold`", &|server| server.lower.map_or(0, |said| said.value).to_string());
    if one.tunnel != other.tunnel {
        differences.found.push(format!("the tunnel of {name} differs"));
    }
}

/// In what checks differ.
fn of_checks(
    name: &str,
    one: Option<&Check>,
    other: Option<&Check>,
    differences: &mut Differences,
) {
    let (Some(one), Some(other)) = (one, other) else {
        differences.hold(&format!("a check of {name}"), is(one.is_some()), is(other.is_some()));
        return;
    };
    let found = between_checks(one, other);
    differences.found.extend(found.into_iter().map(|found| format!("{found}, of {name}")));
}

/// In what two checks differ.
pub fn between_checks(one: &Check, other: &Check) -> Vec<String> {
    let mut differences = Differences::default();
    let mut hold = |what: &str, said: &dyn Fn(&Check) -> String| {
        differences.hold(what, said(one), said(other));
    };
    hold("the check", &|check| probe(&check.probe));
    hold("`delay_loop`", &|check| seconds(check.timing.delay_loop.unwrap_or(DELAY_LOOP)));
    hold("`connect_timeout`", &|check| seconds(check.timing.connect_timeout.unwrap_or(CONNECT)));
    hold("`retry`", &|check| check.timing.retry.unwrap_or(retries(&check.probe)).to_string());
    hold("`delay_before_retry`", &|check| {
        seconds(check.timing.delay_before_retry.unwrap_or(pause(&check.probe)))
    });
    hold("`inhibit_on_failure`", &|check| is(check.inhibit));
    differences.found
}

fn probe(probe: &Probe) -> String {
    match probe {
        Probe::Tcp => "`TCP_CHECK`".to_owned(),
        Probe::Http(http) => {
            let (first, last) = http.status;
            let texts = [&http.digest, &http.body].into_iter().flatten();
            let texts: String = texts.map(|text| format!(" {text}")).collect();
            format!("`HTTP_GET {} {first}-{last}{texts}`", http.path)
        }
        Probe::Command { shell } => format!("`MISC_CHECK {shell}`"),
    }
}

/// How many more attempts there are where nothing is said.
fn retries(probe: &Probe) -> i64 {
    match probe {
        Probe::Tcp | Probe::Http(_) => 1,
        Probe::Command { .. } => 0,
    }
}

/// The time between attempts where nothing is said.
fn pause(probe: &Probe) -> Duration {
    match probe {
        Probe::Http(_) => Duration::from_secs(3),
        Probe::Tcp | Probe::Command { .. } => Duration::from_secs(1),
    }
}
