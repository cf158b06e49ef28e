use crate::cli::args::Topology;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::running::node_name;
use crate::cli::terminal::print;
use crate::lab::{Lab, NodeName, Role};
use crate::plan;
use clap::ValueEnum;

/// The formats that labs can be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A shell script that uses ip, sysctl, ipvsadm and iptables
    Sh,
    /// What `ipvsadm -S -n` prints
    Ipvsadm,
    /// The directors' keepalived.conf
    Keepalived,
    /// The directors' ldirectord.cf
    Ldirectord,
    /// The topology file itself
    Yaml,
}

/// `export`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab to write
    #[command(flatten)]
    pub topology: Topology,
    /// sh, a script of ip, sysctl and ipvsadm; ipvsadm, what `ipvsadm -S -n` prints; keepalived
    /// and ldirectord, the directors' configuration files; yaml, the topology file itself
    #[arg(long, value_enum, hide_possible_values = true)]
    pub format: Format,
    /// The director whose configuration file is wanted; without it, those of all directors, each
    /// under its file name
    #[arg(long)]
    pub node: Option<String>,
}

/// Prints the lab in another tool's words.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let (source, lab) = context.lab(&args.topology)?;
    if args.node.is_some() && !matches!(args.format, Format::Keepalived | Format::Ldirectord) {
        return Err(Failure::usage(
            "`--node` goes with `--format keepalived` or `ldirectord` only",
        ));
    }
    match args.format {
        Format::Sh => print(&plan::script(&plan::by_hand(&lab))),
        Format::Ipvsadm => print(&plan::ipvsadm(&plan::with_tables(&lab))),
        Format::Keepalived => print(&files(&lab, args, ("keepalived", "conf"), plan::keepalived)?),
        Format::Ldirectord => print(&files(&lab, args, ("ldirectord", "cf"), plan::ldirectord)?),
        Format::Yaml => print(&source.text),
    }
    Ok(Exit::Ok)
}

/// The configuration files of a daemon, of one director or of all.
fn files(
    lab: &Lab,
    args: &Args,
    (daemon, suffix): (&str, &str),
    configuration: impl Fn(&Lab, &NodeName) -> Option<String>,
) -> Result<String, Failure> {
    let names = || lab.with_role(Role::Director).map(|node| &node.name);
    let wanted = args.node.as_ref().map(|text| node_name(text, names())).transpose()?;
    let chosen = names().filter(|name| wanted.as_ref().is_none_or(|wanted| wanted == *name));
    let written = |name: &NodeName| Some((name.clone(), configuration(lab, name)?));
    let files: Vec<_> = chosen.filter_map(written).collect();
    let headed = |(name, text): &(NodeName, String)| {
        let file = format!("{daemon}-{name}.{suffix}");
        format!("# {file}\n\n{text}")
    };
    match files.as_slice() {
        [] => Err(nothing(lab, daemon, wanted.as_ref())),
        [(_, only)] => Ok(only.clone()),
        several => Ok(several.iter().map(headed).collect::<Vec<_>>().join("\n")),
    }
}

fn nothing(lab: &Lab, daemon: &str, wanted: Option<&NodeName>) -> Failure {
    let who = match wanted {
        Some(node) => format!("`{node}`"),
        None => format!("no director of `{}`", lab.name),
    };
    let verb = if wanted.is_some() { "has nothing" } else { "has anything" };
    Failure::usage(format!("{who} {verb} for {daemon} to do"))
        .help("a director needs a virtual service, or a part in a virtual router")
}
