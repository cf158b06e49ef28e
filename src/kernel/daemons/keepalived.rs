use super::launch::{Output, Place, launch};
use crate::kernel::Cause;
use crate::kernel::program::{self, Program};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const PROGRAM: Program = Program { name: "keepalived", package: "keepalived" };

/// keepalived writes an event a line into a FIFO, as in `INSTANCE "VI_1" MASTER 100`; this reads
/// them, in order, for the record of states. keepalived ends it by SIGTERM before it says its last
/// word, that it stops; the end of the FIFO comes after that.
const RECORDER: &str = r#"#!/bin/sh
trap '' TERM
while read -r kind router state rest; do
    [ "$kind" = INSTANCE ] && echo "$(date +%s.%N) $router $state" >>"${0%/*}/states"
done <"$1"
"#;

/// The configuration, and what makes keepalived record its states.
pub fn configuration(exported: &str, place: Place<'_>) -> String {
    let (fifo, recorder) = (place.file("fifo"), place.file("sh"));
    let (fifo, recorder) = (fifo.display(), recorder.display());
    format!(
        "{}\n\n\
         # What follows makes lvs-lab know the state of each virtual router.\n\
         global_defs {{\n    \
             script_user root\n    \
             enable_script_security\n    \
             vrrp_notify_fifo {fifo}\n    \
             vrrp_notify_fifo_script {recorder}\n\
         }}\n",
        exported.trim_end()
    )
}

/// Starts keepalived, if it finds nothing wrong with its configuration.
pub async fn start(place: Place<'_>) -> Result<(), Cause> {
    clear(place).map_err(|e| Cause::io("unlink", e))?;
    write_program(&place.file("sh"), RECORDER).map_err(|e| Cause::io("write", e))?;
    let configuration = place.file("conf");
    test(place, &configuration).await?;
    let files = FILES.map(|(option, suffix)| (option, place.file(suffix)));
    let mut arguments = ["-n", "-l", "-D", "-f"].map(OsStr::new).to_vec();
    arguments.push(configuration.as_os_str());
    for (option, file) in &files {
        arguments.extend([OsStr::new(option), file.as_os_str()]);
    }
    let mut launched = launch(place, PROGRAM, &arguments, Output::Log)?;
    let text = fs::read_to_string(&configuration).unwrap_or_default();
    let children = files.iter().filter(|(option, _)| runs(option, &text));
    let children: Vec<_> = children.map(|(_, file)| file).collect();
    launched.until(async |_| children.iter().all(|file| is_alive(file))).await
}

/// The files with the numbers of its processes: the first one, VRRP's and the checkers'.
const FILES: [(&str, &str); 3] = [("-p", "pid"), ("-r", "vrrp.pid"), ("-c", "checkers.pid")];

/// Whether it has the process of an option: it has only those that its configuration needs.
fn runs(option: &str, configuration: &str) -> bool {
    let has =
        |word: &str| configuration.lines().any(|line| line.split_whitespace().next() == Some(word));
    match option {
        "-r" => has("vrrp_instance"),
        "-c" => has("virtual_server"),
        _ => true,
    }
}

/// Its own test of its configuration. It passes over much that it does not understand, and says
/// so; but it says nothing of what is right.
async fn test(place: Place<'_>, configuration: &Path) -> Result<(), Cause> {
    let arguments = [OsStr::new("-t"), OsStr::new("-f"), configuration.as_os_str()];
    let tested = PROGRAM.run(place.namespace, &arguments, "").await?;
    match tested.status.success() && tested.stderr.is_empty() {
        true => Ok(()),
        false => Err(program::failure(&tested)),
    }
}

/// Takes away what a killed one left: it would think that it runs already.
fn clear(place: Place<'_>) -> io::Result<()> {
    for suffix in FILES.map(|(_, suffix)| suffix).into_iter().chain(["fifo"]) {
        match fs::remove_file(place.file(suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn write_program(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write;
    let mut options = fs::OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o700)
        .open(path)?
        .write_all(text.as_bytes())
}

/// Whether a file has the number of a living process.
fn is_alive(file: &Path) -> bool {
    let number = fs::read_to_string(file).ok().and_then(|text| text.trim().parse::<u32>().ok());
    number.is_some_and(|number| Path::new(&format!("/proc/{number}")).exists())
}
