use crate::ha::check::failure::Failure;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Runs a shell command that says by its exit status whether a server is up (MISC_CHECK). What it
/// started is killed with it when its time is over.
pub(super) async fn attempt(
    shell: &str,
    server: SocketAddr,
    patience: Duration,
) -> Result<(), Failure> {
    let mut child = spawn(shell, server).map_err(Failure::Command)?;
    let group = Group::of(&child);
    let ended = timeout(patience, child.wait()).await;
    let status = ended.map_err(|_| Failure::CommandTimedOut(patience))?;
    group.spare();
    match status.map_err(Failure::Command)? {
        status if status.success() => Ok(()),
        status => Err(Failure::Ended(status)),
    }
}

fn spawn(shell: &str, server: SocketAddr) -> std::io::Result<Child> {
    let mut command = Command::new("sh");
    command.args(["-c", shell]);
    command.env("RIP", server.ip().to_string()).env("RPORT", server.port().to_string());
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

    async fn run(shell: &str, patience: Duration) -> Result<(), String> {
        let server = "[fd00::2]:8080".parse().unwrap();
        attempt(shell, server, patience).await.map_err(|failure| failure.to_string())
    }

    #[tokio::test]
    async fn the_exit_status_says_whether_the_server_is_up() {
        assert_eq!(run("true", LONG).await, Ok(()));
        let said = run("exit 3", LONG).await.unwrap_err();
        assert_eq!(said, "the command ended with exit status: 3");
    }

    #[tokio::test]
    async fn a_command_knows_the_server() {
        assert_eq!(run(r#"test "$RIP $RPORT" = "fd00::2 8080""#, LONG).await, Ok(()));
    }

    #[tokio::test]
    async fn what_takes_too_long_is_killed_with_what_it_started() {
        let directory = tempfile::tempdir().unwrap();
        let pid = directory.path().join("pid");
        let shell = format!("sleep 1000 & echo $! > {}; wait", pid.display());
        let said = run(&shell, Duration::from_secs(2)).await.unwrap_err();
        assert_eq!(said, "the command did not end within 2s");
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
