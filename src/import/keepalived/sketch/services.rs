use super::farm::servers;
use super::floating::floating;
use super::grounds::{Grounds, mark};
use super::page::Page;
use super::{lines, time};
use crate::import::keepalived::cluster::{Cluster, Shared};
use crate::import::keepalived::configuration::{Check, VirtualServer};
use crate::import::keepalived::differences::between_checks;
use crate::import::keepalived::reading::brief;
use crate::import::page;
use crate::import::sketch::{entry, http, settings, tunnel};
use crate::import::{Key, Server, Service, Table};
use crate::lab::{Probe, Protocol, Tunnel};
use std::net::IpAddr;

/// The port of a service by its mark, where no file says another one.
const MARKED: i64 = 80;

/// The services as a table, which names them.
pub fn table(cluster: &Cluster<'_>) -> Table {
    let services = cluster.services.iter().map(|shared| shared.server.service.clone());
    Table { services: services.collect(), ..Table::default() }
}

/// The virtual services.
pub fn write(cluster: &Cluster<'_>, grounds: &mut Grounds, page: &mut Page) {
    if !cluster.services.is_empty() {
        page.line("\nvirtual_services:");
    }
    let names = table(cluster).names();
    for (number, (name, shared)) in names.iter().zip(&cluster.services).enumerate() {
        let vip = grounds.vips[number];
        let goal = goal(shared, vip);
        if let Some(mark) = goal.mark {
            grounds.notes.push(format!(
                "no keepalived.conf says what is marked {mark}: VIP and port of `{name}` are guesses"
            ));
        }
        let director = shared.directors[0];
        page.said(director, shared.server.service.key.spot());
        page.line(format!("  {name}:"));
        Writer { page: &mut *page, grounds: &mut *grounds, cluster, director }
            .service(shared, &goal);
    }
    page.unsaid();
}

/// What packets of a service are for.
struct Goal {
    vip: IpAddr,
    port: i64,
    mark: Option<i64>,
}

/// The VIP and port. Of a service by a mark the checks or the real servers may say the port.
fn goal(shared: &Shared<'_>, vip: IpAddr) -> Goal {
    let server = shared.server;
    let port = match server.service.key {
        Key::Address { port, .. } => port.value,
        Key::Mark { .. } => {
            let checked = server.checks.iter().flatten().find_map(|check| check.port);
            let own = server.service.servers.iter().find_map(|server| Some(server.port?.value));
            checked.or(own).unwrap_or(MARKED)
        }
    };
    Goal { vip, port, mark: mark(shared) }
}

struct Writer<'w, 'c> {
    page: &'w mut Page,
    grounds: &'w mut Grounds,
    cluster: &'w Cluster<'c>,
    director: usize,
}

impl Writer<'_, '_> {
    fn line(&mut self, line: &str) {
        self.page.line(format!("    {line}"));
    }

    fn service(&mut self, shared: &Shared<'_>, goal: &Goal) {
        let VirtualServer { service, checks, quorum, hysteresis, sorry } = shared.server;
        self.line(&format!("vip: {}", page::address(goal.vip)));
        match goal.mark {
            None => self.line(&format!("port: {}", goal.port)),
            Some(mark) => {
                self.line(&format!("ports: [{}]\n    firewall_mark: {mark}", goal.port));
            }
        }
        if let Key::Address { protocol, .. } = service.key
            && protocol != Protocol::Tcp
        {
            self.line(&format!("protocol: {protocol}"));
        }
        if service.one_packet.is_some() {
            self.line("one_packet: true");
        }
        self.page.line(settings(service).trim_end());
        self.directors(shared, goal);
        self.servers(shared.server, goal);
        let check = self.common(service, checks);
        let watched = check.is_some();
        for (key, number, usual) in [("quorum", quorum, 1), ("hysteresis", hysteresis, 0)] {
            if let Some(number) = number.filter(|number| *number != usual && watched) {
                self.line(&format!("{key}: {number}"));
            }
        }
        if let Some((address, port)) = sorry {
            self.page.said(self.director, address.spot);
            let other = port.filter(|port| *port != goal.port && !service.forwarding().keeps_vip());
            self.sorry(shared.server, other);
            self.page.said(self.director, service.key.spot());
        }
        if let Some(check) = check {
            self.check(check);
        }
    }

    /// The directors, if not all have the service, or if none of its family stand in for each
    /// other.
    fn directors(&mut self, shared: &Shared<'_>, goal: &Goal) {
        let directors = &self.grounds.directors;
        let routers = floating(self.cluster);
        let held = routers.iter().any(|router| router.has(goal.vip));
        let family = crate::lab::Family::of(goal.vip);
        let alone =
            !routers.is_empty() && !routers.iter().any(|r| r.family().is_none_or(|f| f == family));
        if alone && !held {
            let name = directors[shared.directors[0]].name.clone();
            self.grounds.notes.push(format!(
                "no virtual router holds addresses of the family of {}: `{name}` alone serves it",
                goal.vip
            ));
            return self.line(&format!("directors: [{name}]"));
        }
        if shared.directors.len() < self.cluster.directors.len() && !held {
            let names = shared.directors.iter().map(|d| directors[*d].name.as_str());
            let names: Vec<_> = names.collect();
            self.line(&format!("directors: [{}]", names.join(", ")));
        }
    }

    fn servers(&mut self, server: &VirtualServer, goal: &Goal) {
        let service = &server.service;
        self.line(&format!("forwarding: {}", service.forwarding()));
        let usual = usual_tunnel(service);
        usual.and_then(tunnel).into_iter().for_each(|line| self.line(&line));
        self.line("real_servers:");
        let nodes: Vec<_> = servers(server)
            .into_iter()
            .map(|s| (self.grounds.server(s).map(str::to_owned), self.grounds.chosen(s)))
            .collect();
        for (server, (name, chosen)) in service.servers.iter().zip(nodes) {
            let Some(name) = name else { continue };
            let own = if usual == Some(server.tunnel) { Tunnel::Ipip } else { server.tunnel };
            let direct = server.forwarding.keeps_vip();
            let port = server.port.filter(|_| !direct);
            let server = Server { tunnel: own, port, ..server.clone() };
            let mut entry = entry(&server, service.forwarding(), goal.port);
            if let Some(network) = chosen {
                entry.push_str(&format!(", address: {network}"));
            }
            // What is odd about a server without weight is its weight.
            let idle = server.weight.filter(|weight| weight.value == 0);
            let spot = idle.map_or(server.address.spot, |weight| weight.spot);
            self.page.said(self.director, spot);
            self.line(&format!("  {name}: {{ {entry} }}"));
        }
        self.page.said(self.director, service.key.spot());
    }

    fn sorry(&mut self, server: &VirtualServer, port: Option<i64>) {
        let last = servers(server).last().copied();
        let Some(name) = last.and_then(|last| self.grounds.server(last)).map(str::to_owned) else {
            return;
        };
        let line = match port {
            None => format!("sorry_server: {name}"),
            Some(port) => format!("sorry_server: {{ server: {name}, port: {port} }}"),
        };
        self.line(&line);
    }

    /// The check that most real servers have, as labs have one for all; in what others differ is
    /// noted.
    fn common<'s>(&mut self, service: &Service, checks: &'s [Option<Check>]) -> Option<&'s Check> {
        let alike = |a: &Check, b: &Check| between_checks(a, b).is_empty();
        let count = |check: &&Check| checks.iter().flatten().filter(|o| alike(check, o)).count();
        let most = checks.iter().flatten().map(|check| count(&check)).max()?;
        let common = checks.iter().flatten().find(|check| count(check) == most)?;
        for (server, check) in service.servers.iter().zip(checks) {
            let differs = match check {
                None => vec!["it is not checked".to_owned()],
                Some(check) => between_checks(common, check),
            };
            if differs.is_empty() {
                continue;
            }
            let place = lines(self.cluster, self.director, &[server.address.spot.line]);
            let (rip, what) = (server.address.value, brief(&differs.join("; ")));
            self.grounds.notes.push(format!(
                "`real_server {rip}` at {place} is checked in another way than most of its \
                 service, and the lab checks it as the others: {what}"
            ));
        }
        Some(common)
    }

    fn check(&mut self, check: &Check) {
        self.page.said(self.director, check.asked);
        self.line("health_check:");
        let probe = match &check.probe {
            Probe::Tcp => "tcp: {}".to_owned(),
            Probe::Http(probe) => http(probe),
            Probe::Command { shell } => format!("command: {}", page::quoted(shell)),
        };
        self.line(&format!("  {probe}"));
        self.page.said(self.director, check.spot);
        let timing = check.timing;
        let times = [
            ("delay_loop", timing.delay_loop),
            ("connect_timeout", timing.connect_timeout),
            ("delay_before_retry", timing.delay_before_retry),
        ];
        for (key, said) in times {
            if let Some(said) = said {
                self.line(&format!("  {key}: {}", time(said)));
            }
        }
        if let Some(retry) = timing.retry {
            self.line(&format!("  nb_get_retry: {retry}"));
        }
        if check.inhibit {
            self.line("  inhibit_on_failure: true");
        }
    }
}

/// The first real server's tunnel, if the others have the same one or say their own.
fn usual_tunnel(service: &Service) -> Option<Tunnel> {
    let first = service.servers.first()?.tunnel;
    let fits = |server: &Server| server.tunnel == first || server.tunnel != Tunnel::Ipip;
    service.servers.iter().all(fits).then_some(first)
}
