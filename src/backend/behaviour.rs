use crate::plan::Behaviour;
use hyper::StatusCode;
use tokio::sync::watch;

/// What becomes of a request before it is looked at.
pub(super) enum Mood {
    /// It is answered as it deserves.
    Answers,
    /// It is answered with this status, whatever it asks for.
    Refuses(StatusCode),
}

/// Lets a request wait as long as the behaviour says. One that hangs is answered when the backend
/// has recovered, as a process does that was stopped and goes on; one that lags may come to hang.
pub(super) async fn endure(behaviour: &watch::Receiver<Behaviour>) -> Mood {
    let mut behaviour = behaviour.clone();
    let now = *behaviour.borrow();
    if let Behaviour::Lags(delay) = now {
        tokio::time::sleep(delay).await;
    }
    let recovered = behaviour.wait_for(|now| *now != Behaviour::Hangs).await.map(|now| *now);
    match recovered {
        Ok(Behaviour::Fails(status)) => {
            Mood::Refuses(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        }
        Ok(_) => Mood::Answers,
        // Nobody is left who could end it: the connection is closed with the backend.
        Err(_) => std::future::pending().await,
    }
}
