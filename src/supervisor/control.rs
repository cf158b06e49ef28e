use crate::lab::{Fault, Healing, Lab, NodeName, Protocol, Source};
use crate::plan::Behaviour;
use crate::state::{LabDir, StateError, socket};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// How long accepting rests after it failed, as when there is no descriptor left.
const REST: Duration = Duration::from_millis(20);

/// What a command says on a lab's socket: one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub enum Request {
    /// Bring the lab to this, and mend what drifted; the answer is one event.
    Reconcile {
        /// The lab.
        lab: Box<Lab>,
        /// What it comes from.
        source: Source,
    },
    /// Break something; the answer is [`Done`].
    Disturb {
        /// What.
        fault: Fault,
    },
    /// Mend what was broken; the answer is [`Done`].
    Heal {
        /// Which of it.
        healing: Healing,
    },
    /// Say how the lab is doing; the answer is a [`Status`].
    Status,
}

/// What was done, one line each; or why not.
pub type Done = Result<Vec<String>, String>;

/// How one backend is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendStatus {
    /// Its node.
    pub node: NodeName,
    /// Its port.
    pub port: u16,
    /// The port's protocol.
    pub protocol: Protocol,
    /// Connections that it accepted; none of UDP.
    pub connections: u64,
    /// Requests that it received.
    pub requests: u64,
    /// How it treats its clients.
    pub behaviour: Behaviour,
}

/// How a lab is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its backends.
    pub backends: Vec<BackendStatus>,
    /// The faults that are in force, the oldest first.
    pub faults: Vec<Fault>,
}

/// A request, and whom to answer.
pub enum Asked {
    /// See [`Request::Reconcile`].
    Reconcile {
        /// The lab.
        lab: Box<Lab>,
        /// What it comes from.
        source: Source,
        /// Whom to answer.
        reply: Reply,
    },
    /// See [`Request::Disturb`].
    Disturb(Fault, Reply),
    /// See [`Request::Heal`].
    Heal(Healing, Reply),
    /// See [`Request::Status`].
    Status(Reply),
}

/// Whom to answer.
pub struct Reply(UnixStream);

impl Reply {
    /// Answers with one line of JSON, and hangs up. A command that has left gets none.
    pub fn send(self, answer: &impl Serialize) {
        let Ok(mut line) = serde_json::to_vec(answer) else { return };
        line.push(b'\n');
        tokio::spawn(async move {
            let mut stream = self.0;
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, &line).await;
        });
    }
}

/// Listens on a lab's socket. A command that connects and says nothing hinders nobody.
pub fn listen(dir: &LabDir) -> Result<UnboundedReceiver<Asked>, StateError> {
    let path = dir.socket();
    let listener = open(&path).map_err(StateError::refused("listen on", &path))?;
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(hear(stream, sender.clone()))),
                Err(_) => tokio::time::sleep(REST).await,
            }
        }
    });
    Ok(receiver)
}

fn open(path: &Path) -> io::Result<UnixListener> {
    let listener = socket::listen(path)?;
    listener.set_nonblocking(true)?;
    UnixListener::from_std(listener)
}

async fn hear(stream: UnixStream, asked: UnboundedSender<Asked>) {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    if stream.read_line(&mut line).await.is_err() {
        return;
    }
    let reply = Reply(stream.into_inner());
    let _ = match serde_json::from_str(&line) {
        Ok(Request::Disturb { fault }) => asked.send(Asked::Disturb(fault, reply)),
        Ok(Request::Heal { healing }) => asked.send(Asked::Heal(healing, reply)),
        Ok(Request::Status) => asked.send(Asked::Status(reply)),
        Ok(Request::Reconcile { lab, source }) => {
            asked.send(Asked::Reconcile { lab, source, reply })
        }
        Err(_) => return,
    };
}
