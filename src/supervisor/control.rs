use super::Keeper;
use super::outbox::Outbox;
use super::protocol::{Reply, Request};
use crate::kernel::Kernel;
use std::rc::Rc;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Mutex, Notify};
use tokio::task::spawn_local;

/// Answers whoever connects, until somebody asks to stop. Needs a tokio `LocalSet`.
pub(super) async fn answer<K: Kernel + 'static>(listener: UnixListener, keeper: Keeper<K>) {
    let keeper = Rc::new(Mutex::new(keeper));
    let stop = Rc::new(Notify::new());
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    spawn_local(converse(stream, Rc::clone(&keeper), Rc::clone(&stop)));
                }
            }
            () = stop.notified() => return,
        }
    }
}

async fn converse<K: Kernel>(stream: UnixStream, keeper: Rc<Mutex<Keeper<K>>>, stop: Rc<Notify>) {
    let (from, to) = stream.into_split();
    let replies = Outbox::new(to);
    match request(from).await {
        Ok(Request::Status) => {
            replies.send(Reply::Status(Box::new(keeper.lock().await.status())));
        }
        Ok(Request::Reconcile(blueprint)) => {
            let mut tell = |event| replies.send(Reply::Event { event });
            let how = keeper.lock().await.reconcile(*blueprint, &mut tell).await;
            replies.send(Reply::Reconciled { how });
        }
        Ok(Request::Stop) => {
            // Not in the middle of other work.
            let _work = keeper.lock().await;
            replies.send(Reply::Stopping);
            replies.finish().await;
            return stop.notify_one();
        }
        Err(fault) => replies.send(Reply::Unknown { fault }),
    }
    replies.finish().await;
}

async fn request(from: OwnedReadHalf) -> Result<Request, String> {
    let mut line = Vec::new();
    let read = BufReader::new(from).read_until(b'\n', &mut line).await;
    read.map_err(|error| error.to_string())?;
    serde_json::from_slice(&line).map_err(|error| error.to_string())
}
