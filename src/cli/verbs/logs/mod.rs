//! `logs`: what the supervisor of a lab, its daemons and its processes wrote.

mod follow;
mod part;

use crate::cli::args::Format;
use crate::cli::context::{Context, Setting};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guests;
use crate::cli::running::{Running, node_name};
use crate::cli::terminal::{print, print_json};
use crate::kernel;
use crate::lab::NodeName;
use crate::state::LabDir;
use follow::Followed;
use part::Part;

/// `logs`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab [default: the one that is up]
    pub lab: Option<String>,
    /// The node whose daemons and processes are wanted [default: all, and the supervisor]
    pub node: Option<String>,
    /// How many lines of each log, the last ones [default: all]
    #[arg(long, short = 'n', value_name = "N")]
    pub lines: Option<usize>,
    /// Go on with what is written from now on, until the lab is down
    #[arg(long, short)]
    pub follow: bool,
    /// The form of the output: text or json
    #[arg(
        long,
        value_enum,
        default_value_t,
        hide_possible_values = true,
        conflicts_with = "follow"
    )]
    pub format: Format,
}

/// Prints the logs, those of the lab's guest in the guest.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let running = Running::find(context, args.lab.as_deref())?;
    if running.is_elsewhere(context) {
        if args.node.is_none() && args.format == Format::Text {
            let console = Part { log: "guest kernel".to_owned(), path: running.dir.log() };
            print(&console.text(&console.read(), args.lines));
        }
        return guests::forward(&running, context);
    }
    let lab = running.lab()?;
    let named = args.node.as_ref().map(|node| node_name(node, lab.nodes.iter().map(|n| &n.name)));
    let node = named.transpose()?;
    let parts = || parts(&running.dir, node.as_ref());
    let mut followed = Followed::default();
    match args.format {
        Format::Json => print_json(&parts().iter().map(|p| p.json(args.lines)).collect::<Vec<_>>()),
        Format::Text => {
            let texts =
                parts().iter().map(|part| so_far(part, args, &mut followed)).collect::<String>();
            if texts.is_empty() && context.setting == Setting::Machine {
                context.note("nothing was written yet");
            }
            print(&texts);
        }
    }
    if args.follow {
        followed.go_on(&running.dir, parts);
    }
    Ok(Exit::Ok)
}

/// What a log says now; of one that is followed, its whole lines.
fn so_far(part: &Part, args: &Args, followed: &mut Followed) -> String {
    let mut written = part.read();
    if args.follow {
        written.truncate(part::whole(&written));
        followed.has_read(part, written.len());
    }
    part.text(&written, args.lines)
}

/// The logs of a lab as they are now: the supervisor's, unless a node's are wanted, and the nodes'.
fn parts(dir: &LabDir, node: Option<&NodeName>) -> Vec<Part> {
    let supervisor = Part { log: "supervisor".to_owned(), path: dir.log() };
    let all = kernel::log_files(dir.path()).into_iter();
    let wanted = all.filter(|file| node.is_none_or(|node| node.as_str() == file.node));
    let nodes = wanted.map(|f| Part { log: format!("{} {}", f.node, f.name), path: f.path });
    Some(supervisor).filter(|_| node.is_none()).into_iter().chain(nodes).collect()
}
