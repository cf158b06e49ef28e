use std::io;
use std::process::ExitStatus;
use std::time::Duration;

/// Why an attempt failed, in words for the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Nobody listens there.
    #[error("connection refused")]
    Refused,
    /// The connection could not be made.
    #[error("cannot connect: {0}")]
    Connect(io::Error),
    /// There was no connection in time.
    #[error("no connection within {0:?}")]
    ConnectTimedOut(Duration),
    /// There was no complete answer in time.
    #[error("no answer within {0:?}")]
    AnswerTimedOut(Duration),
    /// There was no complete answer.
    #[error("no answer: {0}")]
    Exchange(hyper::Error),
    /// The request cannot be written down.
    #[error("`{0}` cannot be asked for")]
    Path(String),
    /// The status is a wrong one.
    #[error("HTTP status {got}, expected {}", range(*expected))]
    Status {
        /// What came.
        got: u16,
        /// The good ones, from and to.
        expected: (u16, u16),
    },
    /// The body is another one.
    #[error("MD5 digest {got}, expected {expected}")]
    Digest {
        /// What came.
        got: String,
        /// The good one.
        expected: String,
    },
    /// The body lacks something.
    #[error("no `{0}` in the body")]
    Body(String),
    /// The command could not be run.
    #[error("cannot run sh: {0}")]
    Command(io::Error),
    /// The command said no.
    #[error("the command ended with {0}")]
    Ended(ExitStatus),
    /// The command was killed.
    #[error("the command did not end within {0:?}")]
    CommandTimedOut(Duration),
}

fn range((from, to): (u16, u16)) -> String {
    if from == to { from.to_string() } else { format!("{from}..{to}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn failures_have_words() {
        let status = |expected| Failure::Status { got: 500, expected }.to_string();
        assert_eq!(status((200, 299)), "HTTP status 500, expected 200..299");
        assert_eq!(status((200, 200)), "HTTP status 500, expected 200");
        let ended = Failure::Ended(ExitStatus::from_raw(256));
        assert_eq!(ended.to_string(), "the command ended with exit status: 1");
        let late = Failure::AnswerTimedOut(Duration::from_millis(1500));
        assert_eq!(late.to_string(), "no answer within 1.5s");
    }
}
