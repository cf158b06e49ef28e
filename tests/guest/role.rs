//! What this program does when it is not the harness.

use lvs_lab::guest::{Boot, GuestError, Input, Job, Mebibytes, Uml, client, start};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

/// The environment variable that names the role.
pub const ROLE: &str = "GUEST_ROLE";

/// The role that was asked for.
pub fn asked() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// A job in the guest: a shell command line.
pub fn work(job: Job) -> u8 {
    let error = Command::new("sh").arg("-c").args(job.args).exec();
    eprintln!("sh: {error}");
    127
}

/// Plays a role with this process's arguments, and answers with its exit code. As in `lvs-lab`, 4
/// means that the guest failed.
pub fn play(role: &str) -> i32 {
    let mut args = std::env::args().skip(1);
    let place = PathBuf::from(args.next().unwrap());
    let job = job(args.collect());
    let outcome = match role {
        "start" => up(&place).map(|()| 0),
        "run" => client::run(&place.join("sock"), job),
        "run-without-input" => {
            client::run(&place.join("sock"), Job { input: Input::Nothing, ..job })
        }
        "stop" => client::stop(&place.join("sock")).map(|()| 0),
        "once" => once(&place, job),
        other => panic!("no role `{other}`"),
    };
    outcome.map_or_else(
        |error| {
            eprintln!("{error}");
            4
        },
        i32::from,
    )
}

fn job(args: Vec<String>) -> Job {
    Job {
        args,
        cwd: "/".to_owned(),
        env: std::env::vars().filter(|(name, _)| name != ROLE).collect(),
        input: Input::Caller,
        terminal: client::terminal(),
        ..Job::default()
    }
}

fn boot(place: &std::path::Path) -> Boot {
    let init = std::env::var_os("GUEST_INIT").map(PathBuf::from);
    Boot {
        init: init.unwrap_or_else(|| std::env::current_exe().unwrap()),
        memory: Mebibytes(256),
        hostname: place.file_name().unwrap().to_string_lossy().into_owned(),
        log: Some(place.join("log")),
    }
}

fn up(place: &std::path::Path) -> Result<(), GuestError> {
    let ended = place.join("ended");
    let at_end = || drop(std::fs::write(ended, "ended"));
    let coming = start(&Uml::find()?, &boot(place), &place.join("sock"), at_end)?;
    let hello = coming.hello(None)?;
    hello.failures.iter().for_each(|failure| println!("{failure}"));
    Ok(())
}

fn once(place: &std::path::Path, job: Job) -> Result<u8, GuestError> {
    let boot = Boot { log: None, ..boot(place) };
    let job = Job { input: Input::Nothing, ..job };
    client::once(Uml::find()?, boot, job, &mut |heard| {
        if let client::Heard::Line(line) = heard {
            println!("line: {line}");
        }
    })
}
