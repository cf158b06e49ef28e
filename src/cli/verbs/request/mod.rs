//! `request`: requests from a node of a lab that is up, and who answered.

mod answers;
mod hold;
mod wanted;
mod watched;

pub use hold::Until;

use crate::cli::args::{Format, duration};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guests;
use crate::cli::running::Running;
use crate::cli::sockets::NodeSockets;
use crate::cli::terminal::{print, print_json};
use crate::lab::{Endpoint, SourcePorts, written};
use crate::traffic::{self, Held, Sending, Summary};
use std::time::Duration;
use watched::{End, unsent, watched};

/// The help of `--url`.
const URL: &str = "Where to: http://ADDRESS[:PORT][/PATH], or udp or sctp for http \
    [default: the lab's first virtual service, else its first real server]";

/// `request`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab [default: the one that is up]
    pub lab: Option<String>,
    // No doc comment: rustdoc would take its brackets for a link.
    #[arg(long, value_parser = url, conflicts_with = "service", help = URL)]
    pub url: Option<(Endpoint, String)>,
    /// The virtual service to ask
    #[arg(long)]
    pub service: Option<String>,
    /// Which of its ports [default: its first one]
    #[arg(long, conflicts_with = "url", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// The path to ask for [default: /]
    #[arg(long, value_parser = path, conflicts_with = "url")]
    pub path: Option<String>,
    /// The node that asks [default: the first client]
    #[arg(long, value_name = "NODE")]
    pub from: Option<String>,
    /// How many requests
    #[arg(long, short = 'n', default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub count: u32,
    /// How many at once
    #[arg(long, short = 'c', default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub concurrency: u32,
    /// Use one connection again and again
    #[arg(long)]
    pub keep_alive: bool,
    /// Keep each request's connection open, until Enter or for so long, as in 10s
    #[arg(long, value_name = "DURATION", num_args = 0..=1, default_missing_value = "enter", value_parser = until, conflicts_with = "keep_alive")]
    pub hold: Option<Until>,
    /// The client's source port; `PORT..` counts up, one for each connection
    #[arg(long, value_name = "PORT", value_parser = source_ports)]
    pub source_port: Option<SourcePorts>,
    /// How long one request may take, as in 300ms or 2s
    #[arg(long, default_value = "5s", value_name = "DURATION", value_parser = duration)]
    pub timeout: Duration,
    /// The form of the output: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
}

fn url(text: &str) -> Result<(Endpoint, String), &'static str> {
    written::url(text).ok_or(
        "write http://ADDRESS[:PORT][/PATH], or udp or sctp for http; an IPv6 address in brackets",
    )
}

fn path(text: &str) -> Result<String, &'static str> {
    let path = Some(text).filter(|text| written::is_path(text)).map(str::to_owned);
    path.ok_or("a path begins with `/` and has no spaces")
}

fn source_ports(text: &str) -> Result<SourcePorts, &'static str> {
    written::source_ports(text).ok_or("write a port, or 40000.. for this one and the next ones")
}

fn until(text: &str) -> Result<Until, &'static str> {
    let time = (text != "enter").then(|| duration(text)).transpose()?;
    Ok(time.map_or(Until::Enter, Until::Over))
}

/// Sends the requests and says who answered; a request without an answer makes the exit code 1, and
/// a signal that ends them early 128 and its number.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let running = Running::find(context, args.lab.as_deref())?;
    if running.is_elsewhere(context) {
        return guests::forward(&running, context);
    }
    let lab = running.lab()?;
    let request = wanted::request(args, &lab)?;
    let to = traffic::destination(&lab, &request.target)
        .ok_or_else(|| Failure::usage("the lab has no such virtual service"))?;
    context.note(&wanted::words(&request, to));
    let mut sockets = NodeSockets::open(&lab, &request.from)?;
    let (runtime, mut held) = (context.runtime()?, Held::default());
    let sending = Sending::new(&request, to, &mut sockets, &mut held).map_err(unsent)?;
    let end = runtime.block_on(watched(&sending, args.count, context))?;
    let samples = sending.into_samples();
    let summary = Summary::of(&samples);
    match args.format {
        Format::Json => print_json(&answers::json(&samples, &summary)),
        Format::Text => print(&answers::text(&samples, &summary)),
    }
    if let End::Interrupted(signal) = end {
        context.note(&format!("interrupted after {} of {} requests", samples.len(), args.count));
        return Ok(Exit::by(signal));
    }
    if let Some(until) = args.hold {
        runtime.block_on(hold::hold(&mut held, until, &summary, context));
    }
    Ok(if summary.failed() == 0 { Exit::Ok } else { Exit::Unproven })
}
