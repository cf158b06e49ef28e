use super::availability::{Availability, DaemonStatus, HealthStatus, RouterStatus, SyncStatus};
use super::describe::{AddressStatus, LabStatus, NodeStatus, ProcessStatus, ServiceStatus};
use super::{LabInShort, State, masters};
use crate::lab::{Port, Scheduled};
use crate::plan::Behaviour;
use crate::state::Provider;
use crate::text::{Colour, Ink};
use std::fmt::Write as _;

/// The labs, one line each.
pub fn labs(labs: &[LabInShort], colour: Colour) -> String {
    let title = ["LAB", "STATE", "KERNEL", "SINCE", "TOPOLOGY"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(title).chain(labs.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}  "));
        let line = cells.collect::<String>() + &row[4];
        let _ =
            writeln!(text, "{}", if number == 0 { colour.paint(Ink::Bold, &line) } else { line });
    }
    for dead in labs.iter().filter(|lab| lab.state == State::Dead) {
        let name = &dead.lab;
        let _ = writeln!(text, "`{name}` has nobody in charge; `lvs-lab down {name}` clears it up");
    }
    text
}

fn row(lab: &LabInShort) -> [String; 5] {
    let state = match lab.state {
        State::Up => "up",
        State::Dead => "dead",
    };
    let kernel = match lab.kernel {
        Some(Provider::Host) => "host",
        Some(Provider::Uml) => "uml",
        None => "?",
    };
    let since = lab.seconds.map_or_else(|| "?".to_owned(), ago);
    let topology = lab.topology.clone().unwrap_or_else(|| "?".to_owned());
    [lab.lab.clone(), state.to_owned(), kernel.to_owned(), since, topology]
}

fn ago(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

/// One lab with its nodes.
pub fn lab(lab: &LabStatus, colour: Colour) -> String {
    let mut text = colour.paint(Ink::Bold, &lab.lab);
    if let Some(summary) = &lab.summary {
        let _ = write!(text, ": {summary}");
    }
    let _ = writeln!(text, "\n{}", colour.paint(Ink::Faint, &format!("kernel {}", lab.kernel)));
    for node in &lab.nodes {
        text.push_str(&self::node(node, colour));
    }
    for sentence in masters::several(&lab.nodes) {
        let _ = writeln!(text, "{}", colour.paint(Ink::BoldRed, &sentence));
    }
    if !lab.faults.is_empty() {
        let _ = writeln!(
            text,
            "{}",
            colour.paint(Ink::BoldRed, &format!("faults: {}", lab.faults.join(", ")))
        );
    }
    match lab.drift.as_slice() {
        [] if !lab.faults.is_empty() => text.push_str("as the file says, but for the faults\n"),
        [] if lab.additions.is_empty() => text.push_str("as the file says\n"),
        [] => {}
        drift => text.push_str(&listed("not as the file says:", drift, colour)),
    }
    if !lab.additions.is_empty() {
        let head = "not in the file, and left alone by `up`:";
        text.push_str(&listed(head, &lab.additions, colour));
    }
    text
}

fn listed(head: &str, entries: &[String], colour: Colour) -> String {
    let head = format!("{}\n", colour.paint(Ink::BoldRed, head));
    entries.iter().fold(head, |text, entry| format!("{text}  {entry}\n"))
}

fn node(node: &NodeStatus, colour: Colour) -> String {
    let mut text = format!("{} ({})\n", colour.paint(Ink::Bold, &node.namespace), node.role);
    for AddressStatus { interface, address } in &node.addresses {
        let _ = writeln!(text, "  {interface:<6} {address}");
    }
    if let Some(gateway) = &node.gateway {
        let _ = writeln!(text, "  via    {gateway}");
    }
    for service in &node.virtual_services {
        let _ = writeln!(text, "  ipvs   {}", self::service(service));
    }
    for backend in &node.backends {
        let socket = Port { protocol: backend.protocol, number: backend.port };
        let noun = if backend.requests == 1 { "request" } else { "requests" };
        let _ = write!(text, "  http   {socket}, {} {noun}", backend.requests);
        let _ = match backend.behaviour {
            Behaviour::Serves => writeln!(text),
            behaviour => writeln!(text, ", told to {behaviour}"),
        };
    }
    for ProcessStatus { process, port, running } in &node.processes {
        let port = port.map_or_else(String::new, |port| format!(", port {port}"));
        let _ = writeln!(text, "  runs   {process}{port}{}", alive(*running, colour));
    }
    if let Some(availability) = &node.availability {
        text.push_str(&self::availability(availability, colour));
    }
    text
}

fn service(service: &ServiceStatus) -> String {
    let ServiceStatus { service: key, real_servers, templates, .. } = service;
    let noun = if *real_servers == 1 { "real server" } else { "real servers" };
    let mut parts = vec![key.clone(), format!("{real_servers} {noun}")];
    if service.scheduled == Scheduled::Packets {
        parts.push("one-packet scheduling".to_owned());
    }
    let mut tunnels: Vec<_> = service.tunnels.iter().map(|t| format!("tunnel {t}")).collect();
    tunnels.dedup();
    parts.extend(tunnels);
    parts.extend(service.persistence_seconds.map(|seconds| format!("persistent {seconds} s")));
    match (service.persistence_seconds, templates) {
        (None, 0) => {}
        (None, several) => parts.push(format!("templates left: {several}")),
        (Some(_), 1) => parts.push("1 template".to_owned()),
        (Some(_), several) => parts.push(format!("{several} templates")),
    }
    parts.join(", ")
}

fn alive(running: bool, colour: Colour) -> String {
    match running {
        true => String::new(),
        false => format!(": {}", colour.paint(Ink::BoldRed, "does not run")),
    }
}

fn availability(availability: &Availability, colour: Colour) -> String {
    let mut text = String::new();
    for DaemonStatus { daemon, running } in &availability.daemons {
        let how =
            if *running { "runs".to_owned() } else { colour.paint(Ink::BoldRed, "does not run") };
        let _ = writeln!(text, "  daemon {daemon} {how}");
    }
    for RouterStatus { router, state, vips } in &availability.virtual_routers {
        let state = state.map_or_else(|| "silent".to_owned(), |state| state.to_string());
        let held = if vips.is_empty() { "" } else { ", holds " };
        let _ = writeln!(text, "  vrrp   {router} {state}{held}{}", vips.join(", "));
    }
    for SyncStatus { role, id, interface } in &availability.connection_sync {
        let _ = writeln!(text, "  sync   {role}, id {id}, on {interface}");
    }
    for HealthStatus { service, server, up, reason } in &availability.health {
        let how = if *up { "up".to_owned() } else { colour.paint(Ink::BoldRed, "down") };
        let why = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let _ = writeln!(text, "  health {server} of {service} is {how}{why}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Tunnel, TunnelChecksum, VrrpState};

    #[test]
    fn a_virtual_service_tells_what_a_table_of_ipvsadm_would() {
        let dns = ServiceStatus {
            service: "udp 10.0.0.1:53".to_owned(),
            real_servers: 1,
            scheduled: Scheduled::Packets,
            tunnels: Vec::new(),
            persistence_seconds: None,
            templates: 0,
        };
        assert_eq!(service(&dns), "udp 10.0.0.1:53, 1 real server, one-packet scheduling");
        let web = ServiceStatus {
            service: "tcp 10.0.0.1:80".to_owned(),
            real_servers: 2,
            scheduled: Scheduled::Connections,
            tunnels: vec![Tunnel::Ipip, Tunnel::Gre(TunnelChecksum::None)],
            persistence_seconds: Some(300),
            templates: 1,
        };
        let words = "tcp 10.0.0.1:80, 2 real servers, tunnel ipip, tunnel gre, persistent 300 s, 1 template";
        assert_eq!(service(&web), words);
    }

    #[test]
    fn what_the_faults_explain_is_not_told_again() {
        let end = |faults: &[&str], drift: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
            let status = LabStatus {
                lab: "ha".to_owned(),
                summary: None,
                kernel: "6.1".to_owned(),
                nodes: Vec::new(),
                faults: owned(faults),
                drift: owned(drift),
                drift_by_faults: owned(&["node01: keepalived does not run"]),
                additions: Vec::new(),
            };
            lab(&status, Colour::Plain).lines().skip(2).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(end(&[], &[]), "as the file says");
        let kill = ["kill node01"];
        assert_eq!(end(&kill, &[]), "faults: kill node01\nas the file says, but for the faults");
        let told = end(&kill, &["rs1: interface eth0 is missing"]);
        insta::assert_snapshot!(told, @"
        faults: kill node01
        not as the file says:
          rs1: interface eth0 is missing
        ");
    }

    #[test]
    fn a_director_tells_its_part() {
        let daemon = |daemon: &str, running| DaemonStatus { daemon: daemon.to_owned(), running };
        let router = |router: &str, state, vips: &[&str]| RouterStatus {
            router: router.to_owned(),
            state,
            vips: vips.iter().map(|&vip| vip.to_owned()).collect(),
        };
        let told = Availability {
            daemons: vec![daemon("speaker", true), daemon("checker", false)],
            virtual_routers: vec![
                router("VI_1", Some(VrrpState::Master), &["10.0.0.1", "10.0.0.2"]),
                router("VI_2", None, &[]),
            ],
            connection_sync: vec![SyncStatus {
                role: "backup",
                id: 51,
                interface: "eth0".to_owned(),
            }],
            health: vec![HealthStatus {
                service: "tcp 10.0.0.1:80".to_owned(),
                server: "rs1".to_owned(),
                up: false,
                reason: Some("HTTP status 404, expected 200".to_owned()),
            }],
        };
        insta::assert_snapshot!(availability(&told, Colour::Plain), @"
          daemon speaker runs
          daemon checker does not run
          vrrp   VI_1 master, holds 10.0.0.1, 10.0.0.2
          vrrp   VI_2 silent
          sync   backup, id 51, on eth0
          health rs1 of tcp 10.0.0.1:80 is down: HTTP status 404, expected 200
        ");
    }
}
