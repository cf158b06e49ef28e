//! IPVS in the kernel room, held against what ipvsadm says.
//!
//! The tests want a kernel with ip_vs, so that this program is two things: on the machine each test
//! is a call of this program in a guest, and there it is the test itself, in a mount namespace of
//! its own with an empty /run.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test panics when it fails")]

mod case;
mod choices;
mod draw;
mod farm;
mod guest;
mod play;
mod sandbox;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod sync;
mod tables;
mod traffic;

use libtest_mimic::{Arguments, Trial};

/// Makes trials of async functions; all need the guest kernel.
#[macro_export]
macro_rules! trials {
    ($($name:ident),* $(,)?) => {
        /// The trials of this file.
        pub fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$($crate::trial(stringify!($name), || $crate::wait_for($name()))),*]
        }
    };
}

fn trial(name: &'static str, itself: fn()) -> Trial {
    let run = move || match guest::is_here() {
        true => {
            itself();
            Ok(())
        }
        false => guest::run(name),
    };
    Trial::test(name, run).with_ignored_flag(true)
}

fn wait_for(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(test);
}

fn main() {
    let trials = [
        choices::trials(),
        settings::trials(),
        sync::trials(),
        tables::trials(),
        traffic::trials(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    guest::end();
    conclusion.exit();
}
