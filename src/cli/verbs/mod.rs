//! One file per verb: its flags, and what it does with the rooms.

pub mod check;
pub mod completions;
pub mod daemon;
pub mod doctor;
pub mod down;
pub mod exec;
pub mod explain;
pub mod export;
pub mod fault;
pub mod heal;
pub mod init;
pub mod ipvs;
pub mod logs;
pub mod plan;
pub mod request;
pub mod shell;
pub mod status;
pub mod test;
pub mod test_worker;
pub mod up;

use super::args::Verb;
use super::context::Context;
use super::exit::Exit;
use super::failure::Failure;

/// Does what a verb says.
pub fn run(verb: Verb, context: &Context) -> Result<Exit, Failure> {
    match verb {
        Verb::Check(args) => check::run(&args, context),
        Verb::Plan(args) => plan::run(&args, context),
        Verb::Explain(args) => explain::run(&args, context),
        Verb::Export(args) => export::run(&args, context),
        Verb::Up(args) => up::run(&args, context),
        Verb::Down(args) => down::run(&args, context),
        Verb::Status(args) => status::run(&args, context),
        Verb::Ipvs(args) => ipvs::run(&args, context),
        Verb::Logs(args) => logs::run(&args, context),
        Verb::Exec(args) => exec::run(&args, context),
        Verb::Shell(args) => shell::run(&args, context),
        Verb::Request(args) => request::run(&args, context),
        Verb::Fault(args) => fault::run(&args, context),
        Verb::Heal(args) => heal::run(&args, context),
        Verb::Test(args) => test::run(&args, context),
        Verb::TestWorker(args) => test_worker::run(&args, context),
        Verb::Daemon(args) => daemon::run(&args, context),
        Verb::Doctor(args) => doctor::run(&args, context),
        Verb::Init(args) => init::run(&args, context),
        Verb::Schema => {
            super::terminal::print_json(&crate::topology::schema());
            Ok(Exit::Ok)
        }
        Verb::Completions(args) => completions::run(&args),
    }
}
