use crate::ha::check::failure::Failure;
use crate::ha::command;
use std::net::SocketAddr;
use std::time::Duration;

/// Runs a shell command that says by its exit status whether a server is up (MISC_CHECK).
pub(super) async fn attempt(
    shell: &str,
    server: SocketAddr,
    patience: Duration,
) -> Result<(), Failure> {
    let variables = [("RIP", server.ip().to_string()), ("RPORT", server.port().to_string())];
    match command::run(shell, &variables, patience).await.map_err(Failure::Command)? {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(Failure::Ended(status)),
        None => Err(Failure::CommandTimedOut(patience)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    async fn what_takes_too_long_has_failed() {
        let said = run("sleep 1000", Duration::from_millis(20)).await.unwrap_err();
        assert_eq!(said, "the command did not end within 20ms");
    }
}
