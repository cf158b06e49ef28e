use super::grounds::Grounds;
use super::{quoted, time};
use crate::import::keepalived::cluster::{Cluster, Shared};
use crate::import::keepalived::configuration::{Check, VirtualServer};
use crate::import::sketch::{entry, settings, tunnel};
use crate::import::{Key, Server, Service, Table};
use crate::lab::{HttpProbe, Probe, Protocol, Tunnel};
use std::fmt::Write as _;
use std::net::IpAddr;

/// The port of a service by its mark, where no check says another one.
const MARKED: i64 = 80;

/// The services as a table, which names them.
pub fn table(cluster: &Cluster<'_>) -> Table {
    let services = cluster.services.iter().map(|shared| shared.server.service.clone());
    Table { services: services.collect() }
}

/// The virtual services.
pub fn text(cluster: &Cluster<'_>, grounds: &mut Grounds) -> String {
    let mut text = String::new();
    for (name, shared) in table(cluster).names().iter().zip(&cluster.services) {
        let Some(goal) = goal(shared.server, cluster) else {
            grounds.notes.push(format!(
                "`{name}` is left out: no keepalived.conf says what its firewall marks; add it with \
                 `vip`, `ports` and `firewall_mark`"
            ));
            continue;
        };
        if let Key::Mark { mark, .. } = shared.server.service.key {
            grounds.notes.push(format!(
                "no keepalived.conf says what is marked {}: VIP and port of `{name}` are guesses",
                mark.value
            ));
        }
        let _ = writeln!(text, "  {name}:");
        Writer { text: &mut text, grounds, cluster }.service(shared, &goal);
    }
    if text.is_empty() { text } else { format!("\nvirtual_services:\n{text}") }
}

/// What packets of a service are for.
struct Goal {
    vip: IpAddr,
    port: i64,
    mark: Option<i64>,
}

/// The VIP and port; of a mark the first VIP of a virtual router, if no other service is there.
fn goal(server: &VirtualServer, cluster: &Cluster<'_>) -> Option<Goal> {
    let (mark, family) = match server.service.key {
        Key::Address { vip, port, .. } => {
            return Some(Goal { vip: vip.value, port: port.value, mark: None });
        }
        Key::Mark { mark, family } => (mark, family),
    };
    let mut held = cluster.routers.iter().flat_map(|router| &router.common().vips);
    let vip = held.find(|vip| family.has(vip.address))?.address.addr();
    let port = server.check.as_ref().and_then(|check| check.port).unwrap_or(MARKED);
    let alone = cluster.services.iter().all(|shared| match shared.server.service.key {
        Key::Address { vip: other, .. } => other.value != vip,
        Key::Mark { mark: other, .. } => other == mark,
    });
    alone.then_some(Goal { vip, port, mark: Some(mark.value) })
}

struct Writer<'w, 'c> {
    text: &'w mut String,
    grounds: &'w Grounds,
    cluster: &'w Cluster<'c>,
}

impl Writer<'_, '_> {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "    {line}");
    }

    fn service(&mut self, shared: &Shared<'_>, goal: &Goal) {
        let VirtualServer { service, check, quorum, hysteresis, sorry } = shared.server;
        self.line(&format!("vip: {}", goal.vip));
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
        *self.text += &settings(service);
        self.directors(shared);
        self.servers(service, goal);
        for (key, number, usual) in [("quorum", quorum, 1), ("hysteresis", hysteresis, 0)] {
            if let Some(number) = number.filter(|number| *number != usual) {
                self.line(&format!("{key}: {number}"));
            }
        }
        if let Some((address, port)) = sorry {
            self.sorry(address.value, port.filter(|port| *port != goal.port));
        }
        if let Some(check) = check {
            self.check(check);
        }
    }

    /// The directors, if not all have the service.
    fn directors(&mut self, shared: &Shared<'_>) {
        if shared.directors.len() < self.cluster.directors.len() {
            let names = shared.directors.iter().map(|d| self.grounds.directors[*d].name.as_str());
            let names: Vec<_> = names.collect();
            self.line(&format!("directors: [{}]", names.join(", ")));
        }
    }

    fn servers(&mut self, service: &Service, goal: &Goal) {
        self.line(&format!("forwarding: {}", service.forwarding()));
        let usual = usual_tunnel(service);
        usual.and_then(tunnel).into_iter().for_each(|line| self.line(&line));
        if !service.servers.is_empty() {
            self.line("real_servers:");
        }
        for server in &service.servers {
            if let Some(name) = self.grounds.server(server.address.value) {
                let own = if usual == Some(server.tunnel) { Tunnel::Ipip } else { server.tunnel };
                let server = Server { tunnel: own, ..server.clone() };
                let entry = entry(&server, service.forwarding(), goal.port);
                self.line(&format!("  {name}: {{ {entry} }}"));
            }
        }
    }

    fn sorry(&mut self, address: IpAddr, port: Option<i64>) {
        let Some(name) = self.grounds.server(address) else { return };
        let line = match port {
            None => format!("sorry_server: {name}"),
            Some(port) => format!("sorry_server: {{ server: {name}, port: {port} }}"),
        };
        self.line(&line);
    }

    fn check(&mut self, check: &Check) {
        self.line("health_check:");
        let probe = match &check.probe {
            Probe::Tcp => "tcp: {}".to_owned(),
            Probe::Http(probe) => http(probe),
            Probe::Command { shell } => format!("command: {}", quoted(shell)),
        };
        self.line(&format!("  {probe}"));
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

fn http(probe: &HttpProbe) -> String {
    let mut words = vec![format!("path: {}", quoted(&probe.path))];
    words.push(match probe.status {
        (first, last) if first == last => format!("status: {first}"),
        (first, last) => format!("status: {first}..{last}"),
    });
    for (key, text) in [("digest", &probe.digest), ("body", &probe.body)] {
        words.extend(text.as_ref().map(|text| format!("{key}: {}", quoted(text))));
    }
    format!("http: {{ {} }}", words.join(", "))
}
