use crate::ha::vrrp::machine::{Command, Condition};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::process::Stdio;
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};

/// Runs a tracked command at its interval for ever, and tells what becomes of it: of the first
/// run at once, then as rise and fall say.
pub(super) async fn watch(command: Command, mut tell: impl FnMut(Condition)) {
    let mut known = Known::default();
    let mut next = Instant::now();
    loop {
        if let Some(condition) = known.learn(&command, run(&command.shell, command.interval).await)
        {
            tell(condition);
        }
        next = (next + command.interval).max(Instant::now());
        sleep_until(next).await;
    }
}

/// Runs a command; one that takes too long is killed with all that it started, and has failed.
async fn run(shell: &str, most: Duration) -> Condition {
    let mut command = tokio::process::Command::new("/bin/sh");
    command.args(["-c", shell]).process_group(0).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return Condition::Down };
    let group = child.id().map(|id| Pid::from_raw(id.cast_signed()));
    match timeout(most, child.wait()).await {
        Ok(Ok(status)) if status.success() => Condition::Up,
        Ok(_) => Condition::Down,
        Err(_) => {
            if let Some(group) = group {
                let _ = killpg(group, Signal::SIGKILL);
            }
            Condition::Down
        }
    }
}

/// What is known of a command.
#[derive(Default)]
struct Known {
    condition: Option<Condition>,
    /// How often in a row it was otherwise.
    otherwise: u32,
}

impl Known {
    /// Takes the outcome of a run; says what is known from now on, if that is new.
    fn learn(&mut self, command: &Command, outcome: Condition) -> Option<Condition> {
        if self.condition == Some(outcome) {
            self.otherwise = 0;
            return None;
        }
        self.otherwise += 1;
        let enough = match outcome {
            Condition::Up => command.rise,
            Condition::Down => command.fall,
        };
        if self.condition.is_some() && self.otherwise < enough {
            return None;
        }
        *self = Self { condition: Some(outcome), otherwise: 0 };
        self.condition
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Condition::{Down, Up};

    fn command() -> Command {
        let interval = Duration::from_secs(1);
        Command { shell: "true".to_owned(), interval, rise: 2, fall: 3 }
    }

    #[test]
    fn the_first_run_counts_at_once_and_then_rise_and_fall() {
        let mut known = Known::default();
        let mut told = |outcome| known.learn(&command(), outcome);
        assert_eq!(told(Down), Some(Down));
        assert_eq!([told(Up), told(Down), told(Up), told(Up)], [None, None, None, Some(Up)]);
        assert_eq!([told(Down), told(Down), told(Down)], [None, None, Some(Down)]);
    }

    #[tokio::test]
    async fn a_command_is_what_its_exit_code_says() {
        let second = Duration::from_secs(60);
        assert_eq!(run("true", second).await, Up);
        assert_eq!(run("exit 3", second).await, Down);
        assert_eq!(run("sleep 600 & wait", Duration::from_millis(20)).await, Down);
    }
}
