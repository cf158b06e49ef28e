use crate::cli::args::Format;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guests;
use crate::cli::running::{Running, node_name};
use crate::cli::sockets::NodeSockets;
use crate::cli::terminal::{print, print_json};
use crate::cli::values;
use crate::lab::{Connection, Lab, NodeName, Percentile, Request, Role, SourcePorts, Target};
use crate::traffic::{self, Sample, Summary};
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// `request`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab [default: the one that is up]
    pub lab: Option<String>,
    /// Where to: http://ADDRESS[:PORT]/PATH [default: the lab's first virtual service, else its
    /// first real server]
    #[arg(long, conflicts_with = "service")]
    pub url: Option<String>,
    /// The virtual service to ask
    #[arg(long)]
    pub service: Option<String>,
    /// The path to ask for [default: /]
    #[arg(long, conflicts_with = "url")]
    pub path: Option<String>,
    /// The node that asks [default: the first client]
    #[arg(long, value_name = "NODE")]
    pub from: Option<String>,
    /// How many requests
    #[arg(long, short = 'n', default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub count: u32,
    /// How many at once
    #[arg(long, short = 'c', default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub concurrency: u32,
    /// Use one connection again and again
    #[arg(long)]
    pub keep_alive: bool,
    /// The client's source port; `N..` counts up from N
    #[arg(long, value_name = "PORT", value_parser = values::source_ports)]
    pub source_port: Option<SourcePorts>,
    /// How long one request may take, as in 300ms or 2s
    #[arg(long, default_value = "5s", value_name = "DURATION", value_parser = values::duration)]
    pub timeout: Duration,
    /// The form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Sends the requests and says who answered; a request without an answer makes the exit code 1.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let running = Running::find(context, args.lab.as_deref())?;
    if running.is_elsewhere(context) {
        return guests::forward(&running, context);
    }
    let lab = running.lab()?;
    let request = request(args, &lab)?;
    let to = traffic::destination(&lab, &request.target)
        .ok_or_else(|| Failure::usage("the lab has no such virtual service"))?;
    let mut sockets = NodeSockets::open(&lab, &request.from)?;
    let sending = traffic::send(&request, to, &mut sockets);
    let samples = context.runtime()?.block_on(sending).map_err(Failure::failed)?;
    let summary = Summary::of(&samples);
    match args.format {
        Format::Json => print_json(&as_json(&samples, &summary)),
        Format::Text => print(&text(&samples, &summary)),
    }
    Ok(if summary.failed() == 0 { Exit::Ok } else { Exit::Unproven })
}

fn request(args: &Args, lab: &Lab) -> Result<Request, Failure> {
    let (target, url_path) = target(args, lab)?;
    let path = args.path.clone().or(url_path).unwrap_or_else(|| "/".to_owned());
    Ok(Request {
        from: from(args, lab)?,
        target,
        path,
        count: args.count,
        concurrency: args.concurrency,
        connection: if args.keep_alive { Connection::KeepAlive } else { Connection::New },
        source_ports: args.source_port.unwrap_or_default(),
        timeout: args.timeout,
    })
}

fn from(args: &Args, lab: &Lab) -> Result<NodeName, Failure> {
    match &args.from {
        Some(name) => node_name(name, lab.nodes.iter().map(|node| &node.name)),
        None => {
            let client = lab.with_role(Role::Client).next().map(|node| node.name.clone());
            client.ok_or_else(|| Failure::usage("the lab has no client").help("say --from NODE"))
        }
    }
}

fn target(args: &Args, lab: &Lab) -> Result<(Target, Option<String>), Failure> {
    if let Some(url) = &args.url {
        let (address, path) = parse_url(url)?;
        return Ok((Target::Address(address.ip(), address.port()), Some(path)));
    }
    if let Some(name) = &args.service {
        let known = lab.services.iter().find(|service| service.name.as_str() == name);
        let names: Vec<_> = lab.services.iter().map(|s| s.name.as_str()).collect();
        let service = known.ok_or_else(|| {
            Failure::usage(format!("there is no virtual service `{name}`"))
                .help(format!("virtual services: {}", names.join(", ")))
        })?;
        return Ok((Target::Service(service.name.clone()), None));
    }
    let service = lab.services.first().map(|service| Target::Service(service.name.clone()));
    let server = || {
        let mut servers = lab.with_role(Role::RealServer).flat_map(|node| node.addresses());
        servers.next().map(|rip| Target::Address(rip, 80))
    };
    let target = service.or_else(server);
    Ok((target.ok_or_else(|| Failure::usage("the lab has nothing to ask"))?, None))
}

/// The address and the path of `http://ADDRESS[:PORT][/PATH]`.
fn parse_url(url: &str) -> Result<(SocketAddr, String), Failure> {
    let wrong = || {
        Failure::usage(format!("`{url}` is no URL that a lab understands"))
            .help("give http://ADDRESS[:PORT][/PATH] with a numeric address")
    };
    let rest = url.strip_prefix("http://").ok_or_else(wrong)?;
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let with_port = authority.parse().ok();
    let bare = || authority.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 80));
    let address = with_port.or_else(bare).ok_or_else(wrong)?;
    Ok((address, path.to_owned()))
}

fn text(samples: &[Sample], summary: &Summary) -> String {
    let mut text = String::new();
    if let [only] = samples {
        return match &only.outcome {
            Ok(answer) => {
                let name = answer.backend.as_deref().unwrap_or(traffic::UNNAMED);
                format!("{name} ({}, {})\n", answer.status, milliseconds(only.latency))
            }
            Err(failure) => format!("no answer: {failure}\n"),
        };
    }
    for (name, count) in &summary.by_backend {
        text.push_str(&format!("{name:<15} {count}\n"));
    }
    for (failure, count) in &summary.failures {
        text.push_str(&format!("{:<15} {count} ({failure})\n", "no answer"));
    }
    let at = |percentile| summary.latencies.at(percentile).map(milliseconds);
    if let (Some(median), Some(longest)) = (at(Percentile::P(50)), at(Percentile::Max)) {
        text.push_str(&format!("{:<15} {median} (longest {longest})\n", "median time"));
    }
    text
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

fn as_json(samples: &[Sample], summary: &Summary) -> Value {
    let sample = |sample: &Sample| {
        let answer = sample.outcome.as_ref().ok();
        json!({
            "index": sample.index,
            "backend": answer.and_then(|a| a.backend.clone()),
            "status": answer.map(|a| a.status),
            "client": answer.map(|a| a.local),
            "seen": answer.and_then(|a| a.peer),
            "failure": sample.outcome.as_ref().err().map(ToString::to_string),
            "micros": u64::try_from(sample.latency.as_micros()).unwrap_or(u64::MAX),
        })
    };
    json!({
        "requests": summary.requests,
        "answers": summary.by_backend.iter().cloned().collect::<indexmap::IndexMap<_, _>>(),
        "failures": summary.failed(),
        "samples": samples.iter().map(sample).collect::<Vec<_>>(),
    })
}
