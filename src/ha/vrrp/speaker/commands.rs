use crate::ha::command;
use crate::ha::vrrp::machine::{Command, Condition};
use tokio::time::{Instant, sleep_until};

/// Runs a tracked command at its interval for ever, and tells what becomes of it: of the first
/// run at once, then as rise and fall say.
pub(super) async fn watch(command: Command, mut tell: impl FnMut(Condition)) {
    let mut known = Known::default();
    let mut next = Instant::now();
    loop {
        if let Some(condition) = known.learn(&command, run(&command).await) {
            tell(condition);
        }
        next = (next + command.interval).max(Instant::now());
        sleep_until(next).await;
    }
}

/// Runs a command; one that takes longer than the interval has failed.
async fn run(Command { shell, interval, .. }: &Command) -> Condition {
    match command::run(shell, &[], *interval).await {
        Ok(Some(status)) if status.success() => Condition::Up,
        _ => Condition::Down,
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
    use std::time::Duration;

    fn command() -> Command {
        let interval = Duration::from_secs(60);
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
        let of = |shell: &str| Command { shell: shell.to_owned(), ..command() };
        assert_eq!(run(&of("true")).await, Up);
        assert_eq!(run(&of("exit 3")).await, Down);
        assert_eq!(
            run(&Command { interval: Duration::from_millis(20), ..of("sleep 600") }).await,
            Down
        );
    }
}
