//! The guest room against a real guest kernel.
//!
//! This program is four things. The guest kernel starts it as its first process, and then it is the
//! agent. With a role in its environment it is what the `lvs-lab` command is for the room: it
//! starts a guest, or sends a shell command into one. Without either it is the test harness.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod death;
mod lab;
#[path = "../support/patience.rs"]
mod patience;
mod role;
mod streams;
mod terminal;
mod world;

use libtest_mimic::{Arguments, Trial};
use lvs_lab::guest::agent;

/// Makes trials of functions; all need the guest kernel.
#[macro_export]
macro_rules! trials {
    ($($name:ident),* $(,)?) => {
        /// The trials of this file.
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            let kind = module_path!().rsplit("::").next().unwrap();
            vec![$(
                libtest_mimic::Trial::test(stringify!($name), || Ok($name()))
                    .with_kind(kind)
                    .with_ignored_flag(true)
            ),*]
        }
    };
}

fn main() {
    if agent::is_init() {
        agent::run(role::work);
    }
    if let Some(role) = role::asked() {
        std::process::exit(role::play(&role));
    }
    let files = [streams::trials(), terminal::trials(), world::trials(), death::trials()];
    let trials: Vec<Trial> = files.into_iter().flatten().collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
