use crate::import::page::{listed, scalar};
use crate::import::{Said, Server, Service, Span, Spot};
use crate::lab::{ForwardingMethod, Scheduler, Tunnel, TunnelChecksum};

/// How a service chooses, as lines under it.
pub fn choice(service: &Service) -> Vec<Vec<Span>> {
    let default = Scheduler::Wlc.keyword();
    let at = service.key.spot();
    let (word, spot) = match &service.scheduler {
        Some(said) => (said.value.as_str(), said.spot),
        None => (default, at),
    };
    let mut lines = vec![vec![Span::said(format!("scheduler: {}", scalar(word)), spot)]];
    if !service.flags.is_empty() {
        let words: Vec<_> = service.flags.iter().map(|flag| flag.keyword()).collect();
        lines.push(vec![Span::said(format!("scheduler_flags: [{}]", words.join(", ")), spot)]);
    }
    lines.extend(persistence(service));
    lines
}

fn persistence(service: &Service) -> Option<Vec<Span>> {
    let timeout = service.persistence?;
    let Some(netmask) = service.netmask else {
        return Some(vec![Span::said(format!("persistence: {}", timeout.value), timeout.spot)]);
    };
    Some(vec![
        Span::said(format!("persistence: {{ timeout: {}", timeout.value), timeout.spot),
        Span::guessed(", "),
        Span::said(format!("prefix_length: {}", netmask.value.0), netmask.spot),
        Span::guessed(" }"),
    ])
}

/// How a service chooses, as text.
pub(in crate::import) fn settings(service: &Service) -> String {
    let text = |line: Vec<Span>| line.into_iter().map(|span| span.text).collect::<String>();
    choice(service).into_iter().map(|line| format!("    {}\n", text(line))).collect()
}

/// A real server's entry.
pub fn words(server: &Server, usual: ForwardingMethod, virtual_port: i64) -> Vec<Span> {
    let at = server.address.spot;
    let said = |key: &str, said: Said<i64>| Span::said(format!("{key}: {}", said.value), said.spot);
    let weight = server.weight.unwrap_or(Said { value: 1, spot: at });
    let mut words = vec![said("weight", weight)];
    let port = server.port.filter(|port| port.value != virtual_port);
    words.extend(port.map(|port| said("port", port)));
    if server.forwarding != usual {
        words.push(Span::said(format!("forwarding: {}", server.forwarding), at));
    }
    words.extend(tunnel(server.tunnel).map(|text| Span::said(text, at)));
    let limit = |said: Option<Said<i64>>| said.filter(|limit| limit.value != 0);
    words.extend(limit(server.upper).map(|limit| said("upper_threshold", limit)));
    words.extend(limit(server.lower).map(|limit| said("lower_threshold", limit)));
    listed(words)
}

/// A real server's entry as text.
pub(in crate::import) fn entry(
    server: &Server,
    usual: ForwardingMethod,
    virtual_port: i64,
) -> String {
    words(server, usual, virtual_port).into_iter().map(|span| span.text).collect()
}

/// What a tunnel that is not an ordinary one is called in a file.
pub(in crate::import) fn tunnel(tunnel: Tunnel) -> Option<String> {
    let checksum = tunnel.checksum();
    match tunnel {
        Tunnel::Ipip => None,
        Tunnel::Gre(TunnelChecksum::None) => Some("tunnel: gre".to_owned()),
        Tunnel::Gre(_) => Some(format!("tunnel: {{ kind: gre, checksum: {checksum} }}")),
        Tunnel::Gue { port, .. } => {
            Some(format!("tunnel: {{ kind: gue, port: {port}, checksum: {checksum} }}"))
        }
    }
}

/// A line that a word of the file says.
pub fn line(text: impl Into<String>, spot: Spot) -> Vec<Span> {
    vec![Span::said(text, spot)]
}
