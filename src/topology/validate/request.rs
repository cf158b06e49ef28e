use super::super::{rule, suggest, wire};
use super::{Draft, number::Bounds, scenario, value};
use crate::lab::{Place, Request, ServiceName, SourcePorts, Target, written};
use crate::topology::faults::{Faults, Named};
use std::time::Duration;

/// How long one request may take where the file does not say.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Builds a request step's request.
pub fn build(wire: wire::Request, at: &Place, draft: &mut Draft<'_>) -> Option<Request> {
    let from = scenario::node(&wire.from, &at.key("from"), draft);
    let target = target(&wire.goal, "request", at, draft);
    let faults = &mut *draft.faults;
    let count = Bounds::plain("count", 1..=1_000_000);
    let count_at = at.key("count");
    let count: Option<u32> = count.check(wire.count.unwrap_or(1), &count_at, faults);
    // How many there are to be is unknown where that could not be read.
    let count = count.filter(|_| faults.sure(&count_at));
    let concurrency = concurrency(wire.concurrency.unwrap_or(1), count, at, faults);
    let ports = wire.source_port.as_ref();
    let source_ports = ports.map_or(Some(SourcePorts::Any), |p| {
        source_ports(p, count.unwrap_or(1), &at.key("source_port"), faults)
    });
    if let (Some(SourcePorts::Fixed(port)), Some(2..)) = (source_ports, concurrency) {
        faults.push(rule::ONE_PORT.at(
            &at.key("source_port"),
            format!("`{port}` cannot be the source port of several connections at once"),
            format!("write `{port}..` for this port and the next ones, or drop `concurrency`"),
        ));
    }
    let timeout = timeout(wire.timeout.as_deref(), at, faults);
    let (target, path) = target?;
    Some(Request {
        from: from?,
        target,
        path,
        count: count?,
        concurrency: concurrency?,
        connection: wire.connection,
        source_ports: source_ports?,
        timeout: timeout?,
    })
}

/// How long one request may take.
pub fn timeout(text: Option<&str>, at: &Place, faults: &mut Faults) -> Option<Duration> {
    match text {
        Some(text) => value::duration(text, &at.key("timeout"), faults),
        None => Some(TIMEOUT),
    }
}

fn concurrency(number: i64, count: Option<u32>, at: &Place, faults: &mut Faults) -> Option<u32> {
    let at = at.key("concurrency");
    let number = Bounds::plain("concurrency", 1..=1_000_000).check(number, &at, faults)?;
    let count = count?;
    if number > count {
        faults.push(rule::CONCURRENCY.at(
            &at,
            format!("{number} requests at once are more than the {count} that are sent"),
            format!("choose a concurrency of at most {count}, or raise `count`"),
        ));
        return None;
    }
    Some(number)
}

fn source_ports(
    wire: &wire::NumberOrText,
    count: u32,
    at: &Place,
    faults: &mut Faults,
) -> Option<SourcePorts> {
    let text = wire.to_string();
    let ports = written::source_ports(&text);
    let last = match ports {
        Some(SourcePorts::From(port)) => Some(u32::from(port) + count - 1),
        Some(SourcePorts::Fixed(port)) => Some(u32::from(port)),
        Some(SourcePorts::Any) | None => None,
    };
    match (ports, last) {
        (Some(ports), Some(..=65535)) => Some(ports),
        (_, last) => {
            let message = match last {
                Some(last) => format!("`{text}` ends at port {last} after {count} connections"),
                None => format!("`{text}` is not a source port"),
            };
            let help = "write a port from 1 to 65535, or `40000..` for this one and the next ones";
            faults.push(rule::PORT.at(at, message, help));
            None
        }
    }
}

/// Where requests go, and their path; the noun is for what sends them.
pub fn target(
    goal: &wire::Goal,
    noun: &str,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<(Target, String)> {
    let given = [("service", goal.service.is_some()), ("url", goal.url.is_some())];
    let lone = scenario::only_one(&given, &at.as_key(), noun, draft.faults);
    let path = path(goal.path.as_deref(), &at.key("path"), draft.faults);
    match (&goal.service, &goal.url) {
        (Some(name), None) => {
            let name = service(name, &at.key("service"), draft)?;
            Some((at_port(name, goal.port, &at.key("port"), draft)?, path?))
        }
        (None, Some(url)) => {
            if goal.port.is_some() {
                idle_port(&at.key("port"), draft.faults);
            }
            let (target, url_path) = parse_url(url, &at.key("url"), draft.faults)?;
            let path = goal.path.as_ref().map_or(Some(url_path), |_| path)?;
            lone.then_some((target, path))
        }
        _ => None,
    }
}

/// The path and query of requests.
pub fn path(path: Option<&str>, at: &Place, faults: &mut Faults) -> Option<String> {
    let path = path.unwrap_or("/");
    if written::is_path(path) {
        return Some(path.to_owned());
    }
    faults.push(rule::URL.at(
        at,
        format!("`{path}` is not a path"),
        match format!("/{path}") {
            better if written::is_path(&better) => format!("write `{better}`"),
            _ => "use printable ASCII without spaces, as in `/status/200`".to_owned(),
        },
    ));
    None
}

/// The service, or one of its ports.
fn at_port(
    name: ServiceName,
    port: Option<i64>,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<Target> {
    let Some(port) = port else { return Some(Target::Service(name)) };
    let ports = draft.lab.service(&name)?.ports();
    if let Some(port) = ports.iter().find(|known| i64::from(**known) == port) {
        return Some(Target::Port(name, *port));
    }
    let known: Vec<_> = ports.iter().map(|port| format!("`{port}`")).collect();
    draft.faults.push(rule::OTHER_PORT.at(
        at,
        format!("the virtual service `{name}` has no port `{port}`"),
        format!("choose one of its ports: {}", known.join(", ")),
    ));
    None
}

fn idle_port(at: &Place, faults: &mut Faults) {
    faults.push(rule::NO_EFFECT.at(
        &at.as_key(),
        "`port` has no effect beside `url`, which names its own",
        "write it into the URL, as in `http://10.0.0.11:8080/`",
    ));
}

/// The virtual service that a word names.
pub fn service(word: &str, at: &Place, draft: &mut Draft<'_>) -> Option<ServiceName> {
    if let Some(service) = draft.lab.services.iter().find(|s| s.name.as_str() == word) {
        return Some(service.name.clone());
    }
    draft.faults.doubt(at);
    let is_faulty = draft.declared.services.contains(word)
        || draft.declared.is_misnamed(Named::Service, word)
        || draft.blurred(&["virtual_services"]);
    if !is_faulty {
        let names = draft.declared.services.iter().map(String::as_str);
        let help = suggest::help(word, names, "virtual services");
        let message = format!("the virtual service `{word}` is not defined");
        let fault = rule::UNKNOWN_SERVICE.at(at, message, help);
        draft.faults.unknown(Named::Service, word, fault);
    }
    None
}

/// Reads `http://ADDRESS[:PORT][/PATH]`, or that of another protocol.
fn parse_url(url: &str, at: &Place, faults: &mut Faults) -> Option<(Target, String)> {
    let parsed = written::url(url);
    if parsed.is_none() {
        faults.push(rule::URL.at(
            at,
            format!("`{url}` is not a URL that can be requested"),
            "write `http://ADDRESS:PORT/PATH`, or `udp` or `sctp` for `http`, IPv6 in brackets: the \
             lab has no names",
        ));
    }
    let (endpoint, path) = parsed?;
    Some((Target::Address(endpoint), path))
}
