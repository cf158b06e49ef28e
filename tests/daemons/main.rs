//! The daemons of directors in real namespaces: started, stopped, killed, refused.
//!
//! This program is two things: with `daemon` as its first word it is what the `lvs-lab` command is
//! for the kernel room, a built-in daemon. Otherwise it is the test harness.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod director;
mod foreign;
mod own;
#[path = "../support/patience.rs"]
mod patience;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

/// Makes trials of functions; all need root.
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

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("daemon") {
        return lvs_lab::cli::main();
    }
    let trials: Vec<Trial> = [own::trials(), foreign::trials()].into_iter().flatten().collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
