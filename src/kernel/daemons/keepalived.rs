use super::launch::{Output, Place, launch};
use crate::kernel::Cause;
use crate::kernel::program;
use crate::programs::Program;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const PROGRAM: Program = Program::listed("keepalived");

/// keepalived writes an event a line into FIFOs, as in `INSTANCE "VI_1" MASTER 100`,
/// `RS [10.0.0.2]:tcp:80 [10.0.0.100]:tcp:80 DOWN` and `RS [10.0.0.2]:0 FWM 1 DOWN`; this reads
/// those of one FIFO, in order, for the records of states and of health. keepalived ends it by
/// SIGTERM before it says its last word, that it stops; the end of the FIFO comes after that.
const RECORDER: &str = r#"#!/bin/sh
trap '' TERM
here=${0%/*}
address() {
    host=${1#?} port=${1##*:}
    host=${host%%]*}
    case $host in *:*) host="[$host]" ;; esac
    echo "$host:$port"
}
protocol() {
    rest=${1#*]:}
    echo "${rest%%:*}"
}
marked() {
    host=${1#?}
    case ${host%%]*} in *:*) echo fwm6 ;; *) echo fwm ;; esac
}
while read -r kind one other rest; do
    now=$(date +%s.%N)
    case $kind in
        INSTANCE) echo "$now $one $other" >>"$here/states" ;;
        RS)
            service="$(protocol "$other") $(address "$other")"
            case $other in FWM) service="$(marked "$one") ${rest%% *}" rest=${rest#* } ;; esac
            echo "$now $service $(address "$one") $rest" >>"$here/health"
            ;;
    esac
done <"$1"
"#;

/// The configuration, and what makes keepalived record its states.
pub fn configuration(exported: &str, place: Place<'_>) -> String {
    let [states, health] = FIFOS.map(|suffix| place.file(suffix));
    let recorder = place.file("sh");
    let (states, health, recorder) = (states.display(), health.display(), recorder.display());
    format!(
        "{}\n\n\
         # What follows makes lvs-lab know each virtual router's state and server's health.\n\
         global_defs {{\n    \
             script_user root\n    \
             enable_script_security\n    \
             vrrp_notify_fifo {states}\n    \
             vrrp_notify_fifo_script {recorder}\n    \
             lvs_notify_fifo {health}\n    \
             lvs_notify_fifo_script {recorder}\n\
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

/// What tells of virtual routers, and of real servers.
const FIFOS: [&str; 2] = ["vrrp.fifo", "checkers.fifo"];

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
    for suffix in FILES.map(|(_, suffix)| suffix).into_iter().chain(FIFOS) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{health_changes, state_changes};

    #[test]
    fn what_keepalived_says_is_recorded() {
        let directory = tempfile::tempdir().unwrap();
        let [recorder, said] = ["sh", "fifo"].map(|name| directory.path().join(name));
        write_program(&recorder, RECORDER).unwrap();
        let lines = "INSTANCE \"VI_1\" MASTER 100\n\
                     VS [10.0.0.100]:tcp:80 UP\n\
                     RS [10.0.0.2]:tcp:8080 [10.0.0.100]:tcp:80 DOWN\n\
                     RS [fd00::2]:udp:53 [fd00::64]:udp:53 UP\n\
                     RS [10.0.0.2]:tcp:0 FWM 1 DOWN\n\
                     RS [fd00::2]:tcp:0 FWM 7 UP\n";
        fs::write(&said, lines).unwrap();
        let status = std::process::Command::new("sh").arg(&recorder).arg(&said).status().unwrap();
        assert!(status.success());
        let states = state_changes(directory.path());
        let states: Vec<_> = states.iter().map(|c| format!("{} {}", c.router, c.state)).collect();
        assert_eq!(states, ["VI_1 master"]);
        let health = health_changes(directory.path());
        let told = health.iter().map(|c| format!("{} {} {}", c.service, c.server, c.health));
        let told: Vec<_> = told.collect();
        assert_eq!(
            told,
            [
                "tcp 10.0.0.100:80 10.0.0.2:8080 DOWN",
                "udp [fd00::64]:53 [fd00::2]:53 UP",
                "firewall mark 1 10.0.0.2:0 DOWN",
                "firewall mark 7 of IPv6 [fd00::2]:0 UP"
            ]
        );
    }
}
