use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Runs a shell command, with variables in its environment, that says something by its exit
/// status. None if it does not end in time: it is killed then with all that it started, as it is
/// when this is dropped.
pub(super) async fn run(
    shell: &str,
    variables: &[(&str, String)],
    patience: Duration,
) -> io::Result<Option<ExitStatus>> {
    let mut child = spawn(shell, variables)?;
    let group = Group::of(&child);
    let Ok(ended) = timeout(patience, child.wait()).await else { return Ok(None) };
    group.spare();
    ended.map(Some)
}

fn spawn(shell: &str, variables: &[(&str, String)]) -> io::Result<Child> {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", shell]).envs(variables.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    // SAFETY: prctl(2) is a system call, and nothing else is done between fork and exec.
    unsafe { command.pre_exec(|| Ok(set_pdeathsig(Signal::SIGKILL)?)) };
    command.spawn()
}

/// The process group of a command that runs; killed when dropped.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| id.try_into().ok()).map(Pid::from_raw))
    }

    /// Leaves alone what a command that ended in time has left behind, as keepalived does.
    fn spare(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = killpg(group, Signal::SIGKILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::time::Instant;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_command_is_what_its_exit_status_says() {
        let variables = [("RPORT", "8080".to_owned())];
        let status = run("exit $((RPORT - 8077))", &variables, LONG).await.unwrap().unwrap();
        assert_eq!(status.code(), Some(3));
    }

    #[tokio::test]
    async fn what_takes_too_long_is_killed_with_what_it_started() {
        let directory = tempfile::tempdir().unwrap();
        let pid = directory.path().join("pid");
        let shell = format!("sleep 1000 & echo $! > {}; wait", pid.display());
        assert_eq!(run(&shell, &[], Duration::from_secs(2)).await.unwrap(), None);
        let sleeper = std::fs::read_to_string(&pid).unwrap();
        let stat = Path::new("/proc").join(sleeper.trim()).join("stat");
        let end = Instant::now() + LONG;
        // A zombie has nobody to reap it where there is no init.
        while std::fs::read_to_string(&stat).is_ok_and(|text| !text.contains(") Z ")) {
            assert!(Instant::now() < end, "the child still runs");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
