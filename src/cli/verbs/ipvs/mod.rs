//! `ipvs`: the tables of a lab's directors, in the words and columns of ipvsadm(8).

mod connections;
mod entries;
mod json;
pub(super) mod order;

use crate::cli::args::Format;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guests;
use crate::cli::running::{Running, node_name};
use crate::cli::terminal::{print, print_json};
use crate::kernel::{Connection, IpvsTable, Linux};
use crate::lab::{Lab, NodeName, Role};

/// `ipvs`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab [default: the one that is up]
    pub lab: Option<String>,
    /// Only this director
    #[arg(long, value_name = "NODE")]
    pub director: Option<String>,
    /// Show counters, as `ipvsadm -L -n --stats`; the kernel renews them every two seconds
    #[arg(long, conflicts_with = "connections")]
    pub stats: bool,
    /// Show the connections that the director remembers, as `ipvsadm -L -n -c`
    #[arg(long, short)]
    pub connections: bool,
    /// The form of the output: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
}

/// What is shown of one director.
struct Shown {
    director: NodeName,
    table: IpvsTable,
    connections: Vec<Connection>,
}

/// Prints the tables.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let running = Running::find(context, args.lab.as_deref())?;
    if running.is_elsewhere(context) {
        return guests::forward(&running, context);
    }
    let lab = running.lab()?;
    let directors = directors(&lab, args.director.as_deref())?;
    if directors.is_empty() {
        context.note(&format!("`{}` has no director", lab.name));
    }
    let shown = context.runtime()?.block_on(read(&running, &directors))?;
    match args.format {
        Format::Json => print_json(&shown.iter().map(json::director).collect::<Vec<_>>()),
        Format::Text => print(&text(&shown, args)),
    }
    Ok(Exit::Ok)
}

/// Connections as `ipvsadm -L -n -c` prints them.
pub(in crate::cli) fn connections(connections: &[Connection]) -> String {
    connections::text(connections)
}

/// A director's table as `ipvsadm -L -n` shows it.
pub(in crate::cli) fn table(mut table: IpvsTable) -> String {
    order::sort(&mut table);
    entries::text(&table)
}

fn directors(lab: &Lab, wanted: Option<&str>) -> Result<Vec<NodeName>, Failure> {
    let all = || lab.with_role(Role::Director).map(|node| &node.name);
    match wanted {
        Some(name) => Ok(vec![node_name(name, all())?]),
        None => Ok(all().cloned().collect()),
    }
}

async fn read(running: &Running, directors: &[NodeName]) -> Result<Vec<Shown>, Failure> {
    let mut kernel = Linux::open(running.names());
    let mut shown = Vec::new();
    for director in directors {
        let mut table = kernel.ipvs_table(director).await.map_err(Failure::failed)?;
        order::sort(&mut table);
        let connections = kernel.ipvs_connections(director).map_err(Failure::failed)?;
        shown.push(Shown { director: director.clone(), table, connections });
    }
    Ok(shown)
}

fn text(shown: &[Shown], args: &Args) -> String {
    let mut text = String::new();
    for one in shown {
        if shown.len() > 1 {
            text.push_str(&format!("# {}\n", one.director));
        }
        text.push_str(&match (args.connections, args.stats) {
            (true, _) => connections::text(&one.connections),
            (false, true) => entries::statistics(&one.table),
            (false, false) => entries::text(&one.table),
        });
    }
    text
}
