use hyper::StatusCode;
use std::time::Duration;

/// The longest delay that `/delay/MS` grants.
const DELAY_LIMIT: Duration = Duration::from_secs(60);

/// The largest answer that `/bytes/N` gives, in bytes (1 GiB).
const BYTES_LIMIT: u64 = 1 << 30;

/// What a path asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// `/`: the name.
    Name,
    /// `/whoami`: how the server sees the connection and the request.
    Whoami,
    /// `/health`: `ok`.
    Health,
    /// `/status/CODE`: an answer with this status.
    Status(StatusCode),
    /// `/delay/MS`: the name, so much later.
    Delay(Duration),
    /// `/bytes/N`: so many bytes.
    Bytes(u64),
}

/// Why a path gets no proper answer; the text is the answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// There is no such path.
    #[error("no such path; try /, /whoami, /health, /status/CODE, /delay/MS or /bytes/N")]
    Path,
    /// The status is none, or one that cannot end an exchange.
    #[error("`{0}` is no status from 200 to 599")]
    Status(String),
    /// The delay is none, or too long.
    #[error("`{0}` is no delay from 0 to {limit} milliseconds", limit = DELAY_LIMIT.as_millis())]
    Delay(String),
    /// The size is none, or too large.
    #[error("`{0}` is no size from 0 to {BYTES_LIMIT} bytes")]
    Bytes(String),
}

impl Refusal {
    /// The status that goes with the text.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Path => StatusCode::NOT_FOUND,
            Self::Status(_) | Self::Delay(_) | Self::Bytes(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl Route {
    /// Reads a request's path, which begins with `/` and has no query.
    pub(super) fn parse(path: &str) -> Result<Self, Refusal> {
        match path {
            "/" => return Ok(Self::Name),
            "/whoami" => return Ok(Self::Whoami),
            "/health" => return Ok(Self::Health),
            _ => {}
        }
        match path.strip_prefix('/').and_then(|rest| rest.split_once('/')) {
            Some(("status", code)) => status(code).ok_or_else(|| Refusal::Status(code.to_owned())),
            Some(("delay", text)) => delay(text).ok_or_else(|| Refusal::Delay(text.to_owned())),
            Some(("bytes", text)) => bytes(text).ok_or_else(|| Refusal::Bytes(text.to_owned())),
            _ => Err(Refusal::Path),
        }
    }
}

fn status(text: &str) -> Option<Route> {
    let code = StatusCode::from_bytes(text.as_bytes()).ok()?;
    (200..600).contains(&code.as_u16()).then_some(Route::Status(code))
}

fn delay(text: &str) -> Option<Route> {
    let delay = Duration::from_millis(text.parse().ok()?);
    (delay <= DELAY_LIMIT).then_some(Route::Delay(delay))
}

fn bytes(text: &str) -> Option<Route> {
    let size = text.parse().ok()?;
    (size <= BYTES_LIMIT).then_some(Route::Bytes(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &str) -> (u16, String) {
        let refusal = Route::parse(path).unwrap_err();
        (refusal.status().as_u16(), refusal.to_string())
    }

    #[test]
    fn every_path_has_its_route() {
        assert_eq!(Route::parse("/"), Ok(Route::Name));
        assert_eq!(Route::parse("/whoami"), Ok(Route::Whoami));
        assert_eq!(Route::parse("/health"), Ok(Route::Health));
        assert_eq!(Route::parse("/status/204"), Ok(Route::Status(StatusCode::NO_CONTENT)));
        assert_eq!(Route::parse("/delay/60000"), Ok(Route::Delay(DELAY_LIMIT)));
        assert_eq!(Route::parse("/bytes/0"), Ok(Route::Bytes(0)));
    }

    #[test]
    fn an_unknown_path_is_told_the_known_ones() {
        for path in ["/nothing", "/health/", "/status", "//", "*", "/bytes"] {
            assert_eq!(refused(path).0, 404, "{path}");
        }
        assert!(refused("/nothing").1.contains("/whoami"));
    }

    #[test]
    fn a_status_that_ends_no_exchange_is_refused() {
        for code in ["100", "199", "600", "abc", "20", ""] {
            assert_eq!(refused(&format!("/status/{code}")).0, 400, "{code}");
        }
        assert_eq!(refused("/status/101").1, "`101` is no status from 200 to 599");
    }

    #[test]
    fn a_number_above_its_limit_is_refused() {
        assert_eq!(refused("/delay/60001").1, "`60001` is no delay from 0 to 60000 milliseconds");
        assert_eq!(
            refused("/bytes/1073741825").1,
            "`1073741825` is no size from 0 to 1073741824 bytes"
        );
        assert_eq!(refused("/delay/-1").0, 400);
        assert_eq!(refused("/bytes/99999999999999999999").0, 400);
    }
}
