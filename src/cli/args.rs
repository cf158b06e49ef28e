use super::verbs;
use crate::lab::written;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Builds Linux Virtual Server labs on this machine and proves by traffic that they work.
#[derive(Debug, Parser)]
#[command(name = "lvs-lab", version, max_term_width = 100, disable_help_flag = true)]
pub struct Cli {
    /// Flags of every verb.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// Flags of every verb; each has an environment variable.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// What labs run on: host, the running kernel (as root); uml, a User-Mode Linux guest; auto,
    /// host if it can serve the lab, else uml
    #[arg(
        long,
        global = true,
        env = "LVS_LAB_KERNEL",
        value_enum,
        default_value_t,
        hide_possible_values = true,
        hide_env_values = true,
        display_order = 100
    )]
    pub kernel: KernelChoice,
    /// When to colour: always, never, or auto, on a terminal unless NO_COLOR is set
    #[arg(
        long,
        global = true,
        env = "LVS_LAB_COLOR",
        value_enum,
        default_value_t,
        hide_possible_values = true,
        hide_env_values = true,
        value_name = "WHEN",
        display_order = 101
    )]
    pub color: ColorChoice,
    /// Say only results and errors
    #[arg(
        long,
        short,
        global = true,
        env = "LVS_LAB_QUIET",
        value_parser = clap::builder::FalseyValueParser::new(),
        hide_env_values = true,
        display_order = 102
    )]
    pub quiet: bool,
    /// Where labs leave their state [default: /run/lvs-lab for root, for others
    /// $XDG_RUNTIME_DIR/lvs-lab, else ~/.local/state/lvs-lab]
    #[arg(
        long,
        global = true,
        env = "LVS_LAB_STATE_DIR",
        hide_env_values = true,
        value_name = "DIR",
        display_order = 103
    )]
    pub state_dir: Option<PathBuf>,
    /// Print help
    #[arg(long, short, global = true, action = ArgAction::HelpShort, display_order = 104)]
    pub help: Option<bool>,
}

/// Where labs run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum KernelChoice {
    /// The running kernel if it can serve the lab, else a User-Mode Linux guest
    #[default]
    Auto,
    /// The running kernel; needs root, and ip_vs for virtual services
    Host,
    /// A User-Mode Linux guest; needs no root
    Uml,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The form of a listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// A topology, and the name that the lab gets.
#[derive(Clone, Debug, Args)]
pub struct Topology {
    /// A built-in topology, a file, or `-` for standard input
    pub topology: String,
    /// Call the lab this instead of what the file says
    #[arg(long, value_name = "LAB")]
    pub name: Option<String>,
    /// The directors' table, as `ipvsadm -S -n` prints it, instead of the topology's own
    #[arg(long, value_name = "FILE")]
    pub ipvsadm: Option<String>,
}

/// What `lvs-lab` can do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Find every fault of a topology file
    Check(verbs::check::Args),
    /// List the operations that make a lab, and why
    Plan(verbs::plan::Args),
    /// Tell what makes a lab, with the commands to type
    Explain(verbs::explain::Args),
    /// Write a lab in another tool's format
    Export(verbs::export::Args),
    /// Build a lab, or bring a running one to its file
    Up(verbs::up::Args),
    /// Remove a lab
    Down(verbs::down::Args),
    /// Show labs, their nodes and backends
    Status(verbs::status::Args),
    /// Show the IPVS tables as `ipvsadm -L -n` prints them
    Ipvs(verbs::ipvs::Args),
    /// Show what a lab's supervisor, daemons and processes wrote
    Logs(verbs::logs::Args),
    /// Run a command in a node
    Exec(verbs::exec::Args),
    /// Open a shell in a node, or in the machine that the lab runs on
    Shell(verbs::shell::Args),
    /// Send HTTP requests from a node and see who answers
    Request(verbs::request::Args),
    /// Break something in a lab: a backend, a cable, a director
    Fault(verbs::fault::Args),
    /// Mend what was broken on purpose
    Heal(verbs::heal::Args),
    /// Build labs, run their scenarios, judge, take them down
    Test(verbs::test::Args),
    /// Say what this machine can do, and what mends it
    Doctor(verbs::doctor::Args),
    /// Write a new topology file
    Init(verbs::init::Args),
    /// Print the JSON Schema of topology files
    Schema,
    /// Print a completion script
    Completions(verbs::completions::Args),
    /// Runs the scenarios of one topology and writes events as JSON lines
    #[command(hide = true)]
    TestWorker(verbs::test_worker::Args),
    /// Runs a built-in daemon of a director
    #[command(hide = true)]
    Daemon(verbs::daemon::Args),
}

/// A duration as topology files have it.
pub fn duration(text: &str) -> Result<Duration, &'static str> {
    written::duration(text).ok_or("write a whole number above 0 and a unit: 300ms, 2s or 1m")
}
