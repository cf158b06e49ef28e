use super::grounds::{Goal, Grounds};
use super::words::{choice, line, words};
use crate::import::director::{Check, Director, Held, Sorry};
use crate::import::page::{address, quoted, seconds};
use crate::import::{Key, Page, Span};
use crate::lab::{HttpProbe, OnFailure, Probe, Protocol};

/// The virtual services.
pub fn write(page: &mut Page, grounds: &Grounds, director: &Director) {
    page.guess("\nvirtual_services:\n");
    let names = director.table().names();
    for ((name, held), goal) in names.iter().zip(&director.services).zip(&grounds.goals) {
        page.line(2, line(format!("{name}:"), held.service.key.spot()));
        Writer { page, grounds, held, goal }.service();
    }
}

struct Writer<'w> {
    page: &'w mut Page,
    grounds: &'w Grounds,
    held: &'w Held,
    goal: &'w Goal,
}

impl Writer<'_> {
    fn line(&mut self, spans: Vec<Span>) {
        self.page.line(4, spans);
    }

    fn service(&mut self) {
        self.key();
        let service = &self.held.service;
        let at = service.key.spot();
        if let Some(said) = service.one_packet {
            self.line(line("one_packet: true", said.spot));
        }
        choice(service).into_iter().for_each(|spans| self.line(spans));
        let method = service.servers.first().map_or(at, |server| server.address.spot);
        self.line(line(format!("forwarding: {}", service.forwarding()), method));
        self.servers();
        if let Some(sorry) = &self.held.sorry {
            self.sorry(sorry);
        }
        if let Some(check) = &self.held.check {
            self.check(check);
        }
    }

    fn key(&mut self) {
        let key = self.held.service.key;
        let at = key.spot();
        self.line(line(format!("vip: {}", address(self.goal.vip)), at));
        match key {
            Key::Address { protocol, port, .. } => {
                self.line(line(format!("port: {}", port.value), at));
                if protocol != Protocol::Tcp {
                    self.line(line(format!("protocol: {protocol}"), at));
                }
            }
            Key::Mark { mark, .. } => {
                self.line(line(format!("ports: [{}]", self.goal.port), at));
                self.line(line(format!("firewall_mark: {}", mark.value), at));
                // Packets of connections would not be scheduled one by one.
                if let Some(said) = self.held.service.one_packet {
                    self.line(line("protocol: udp", said.spot));
                }
            }
        }
    }

    fn servers(&mut self) {
        let service = &self.held.service;
        if !service.servers.is_empty() {
            self.line(vec![Span::guessed("real_servers:")]);
        }
        for (server, place) in service.servers.iter().zip(self.grounds.places(self.held)) {
            let Some(name) = self.grounds.server(place) else { continue };
            let marked = matches!(service.key, Key::Mark { .. });
            let kept = match server.port {
                Some(port) if marked && (port.value == 0 || server.forwarding.keeps_vip()) => {
                    port.value
                }
                _ => self.goal.port,
            };
            let mut spans = line(format!("  {name}: {{ "), server.address.spot);
            spans.extend(words(server, service.forwarding(), kept));
            spans.push(Span::guessed(" }"));
            self.line(spans);
        }
    }

    fn sorry(&mut self, sorry: &Sorry) {
        let Some(name) = self.grounds.server((sorry.address.value, 0)) else { return };
        let maps = !self.held.service.forwarding().keeps_vip();
        let text = match sorry.port.filter(|port| maps && *port != self.goal.port) {
            None => format!("sorry_server: {name}"),
            Some(port) => format!("sorry_server: {{ server: {name}, port: {port} }}"),
        };
        self.line(line(text, sorry.address.spot));
    }

    fn check(&mut self, check: &Check) {
        let probe = match &check.probe {
            Probe::Tcp => "  tcp: {}".to_owned(),
            Probe::Http(probe) => format!("  {}", http(probe)),
            Probe::Command { shell } => format!("  command: {}", quoted(shell)),
        };
        self.line(line("health_check:", check.spot));
        self.line(line(probe, check.asked));
        let mut lines = vec![
            format!("  delay_loop: {}", seconds(check.interval)),
            format!("  connect_timeout: {}", seconds(check.timeout)),
            format!("  nb_get_retry: {}", check.failures.saturating_sub(1)),
            format!("  delay_before_retry: {}", seconds(check.interval)),
        ];
        if check.on_failure == OnFailure::Quiesce {
            lines.push("  inhibit_on_failure: true".to_owned());
        }
        lines.into_iter().for_each(|text| self.line(line(text, check.spot)));
    }
}

/// What is asked over HTTP, as the key of a health check.
pub(in crate::import) fn http(probe: &HttpProbe) -> String {
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
